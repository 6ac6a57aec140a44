from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0005_seal_robot_keys")]

    operations = [
        migrations.AddConstraint(
            model_name="robot",
            constraint=models.UniqueConstraint(
                fields=("channel", "token_mark"), name="notices_robot_once", violation_error_message="这个机器人已经添加过了。"
            ),
        ),
    ]
