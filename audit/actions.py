"""The words of the trail: what each action is called in Chinese. Codes are kept for ever; labels may change."""

ACTIONS: dict[str, str] = {
    "sign_in": "登录",
    "sign_in_refused": "登录未通过",
    "sign_in_locked": "登录被锁定",
    "sign_out": "退出登录",
    "token_issued": "签发接口令牌",
    "token_revoked": "撤销接口令牌",
    "session_revoked": "结束登录会话",
    "password_changed": "修改密码",
    "password_forgotten": "申请找回密码",
    "password_reset": "用邮件链接重设密码",
    "password_reset_by_staff": "为他人重置密码",
    "account_closed": "停用账号",
    "unmask": "查看完整联系方式",
    "export": "导出",
    "edit": "修改",
    "create": "新增",
    "delete": "删除",
    "configure": "修改配置",
    "notice_rerun": "重发通知",
    "task_rerun": "重做任务",
    "download": "下载附件",
}


def label_of(action: str) -> str:
    """The Chinese word; the code itself for an action of a later release."""
    return ACTIONS.get(action, action)
