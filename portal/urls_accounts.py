"""Pages. One address per thing for all roles."""

from django.urls import path

from portal import accounts, audit, delivery, notices, passwords
from portal.look import text_size

urlpatterns = [
    path("sign-in/", accounts.sign_in, name="sign-in"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("password/forgot/", passwords.password_forgot, name="password-forgot"),
    path("password/reset/<str:uidb64>/<str:token>/", passwords.password_reset, name="password-reset"),
    path("password/change/", passwords.password_change, name="password-change"),
    path("account/", accounts.account, name="account"),
    path("account/contact/", accounts.contact, name="account-contact"),
    path("account/sessions/<uuid:key>/revoke/", accounts.session_revoke, name="session-revoke"),
    path("account/sessions/revoke-others/", accounts.sessions_revoke_others, name="sessions-revoke-others"),
    path("account/tokens/<uuid:key>/revoke/", accounts.token_revoke, name="token-revoke"),
    path("accounts/", passwords.account_list, name="accounts"),
    path("accounts/<int:pk>/reset/", passwords.account_reset, name="account-reset"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("notices/dead/", delivery.notices_dead, name="notices-dead"),
    path("notices/dead/rerun/", delivery.notices_rerun, name="notices-rerun"),
    path("notices/dead/tasks/", delivery.task_rerun, name="task-rerun"),
    path("notices/<uuid:key>/", notices.notice_open, name="notice-open"),
    path("audit/", audit.audit_list, name="audit"),
    path("text-size/", text_size, name="text-size"),
]
