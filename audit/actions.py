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
    "post_appointed": "任命岗位",
    "post_left": "卸任岗位",
    "absence_reported": "登记缺勤",
    "enterprise_registered": "登记企业",
    "enterprise_renamed": "企业更名",
    "enterprise_moved": "企业搬迁",
    "enterprise_moved_out": "企业迁出或注销",
    "representative_invited": "邀请企业人员",
    "invitation_accepted": "接受邀请",
    "invitation_revoked": "撤回邀请",
    "park_reassigned": "调整园区所属网格",
    "roster_imported": "导入企业名单",
}

# What the facts in `detail` are called.
FACTS: dict[str, str] = {
    "absence": "缺勤编号",
    "building": "楼宇编号",
    "closed": "注销",
    "count": "数量",
    "demo": "演示",
    "door": "入口",
    "field": "字段",
    "fields": "字段",
    "file": "文件编号",
    "from": "原为",
    "invitation": "邀请编号",
    "kind": "岗位",
    "label": "用途",
    "name": "名称",
    "on": "日期",
    "reason": "理由",
    "rows": "行数",
    "to": "改为",
    "unit": "单位",
    "user": "用户编号",
    "uscc_warning": "代码提示",
}


def label_of(action: str) -> str:
    """The Chinese word; the code itself for an action of a later release."""
    return ACTIONS.get(action, action)
