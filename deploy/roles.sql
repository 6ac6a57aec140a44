-- psql -U postgres -f roles.sql；然后用 \password 给两个角色设密码。
-- 字符分类必须是 UTF-8：为 C 时，数据库会忽略三元组中的汉字。
CREATE ROLE mengchuang_owner LOGIN;
CREATE ROLE mengchuang_app LOGIN;
CREATE DATABASE mengchuang OWNER mengchuang_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
REVOKE ALL ON DATABASE mengchuang FROM PUBLIC;
GRANT CONNECT ON DATABASE mengchuang TO mengchuang_app;
