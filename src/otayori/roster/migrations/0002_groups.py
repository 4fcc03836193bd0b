"""Groups get a kind, a note, owners, and remember who put a student in."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import otayori.core.fields
from otayori.roster.group_kinds import kind_of

_KINDS = ["club", "committee", "route", "support", "free"]


def tell_kinds(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Sort the groups there are by their names, as a roster file's are from now on."""
    groups = apps.get_model("roster", "Group").objects.only("id", "name", "kind")
    by_kind: dict[str, list[object]] = {}
    for group in groups.iterator():
        by_kind.setdefault(kind_of(group.name), []).append(group.pk)
    for kind, ids in by_kind.items():
        apps.get_model("roster", "Group").objects.filter(pk__in=ids).update(kind=kind)


class Migration(migrations.Migration):
    dependencies = [
        ("roster", "0001_initial"),
        ("schools", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The relation's own table becomes a model, where an owner can be marked; nothing moves.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="GroupStaff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to="roster.group"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={"db_table": "roster_group_staff", "unique_together": {("group", "user")}},
                ),
                migrations.AlterField(
                    model_name="group",
                    name="staff",
                    field=models.ManyToManyField(
                        related_name="led_groups", through="roster.GroupStaff", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField("groupstaff", "is_owner", models.BooleanField(default=False, db_default=False)),
        migrations.AlterUniqueTogether("groupstaff", set()),
        migrations.AddConstraint(
            "groupstaff", models.UniqueConstraint(fields=["group", "user"], name="group_staff_once")
        ),
        migrations.AddField(
            "group",
            "kind",
            models.CharField(
                choices=[
                    ("club", "クラブ・部活動"),
                    ("committee", "委員会"),
                    ("route", "通学班・バス"),
                    ("support", "支援学級・通級"),
                    ("free", "その他"),
                ],
                default="free",
                max_length=10,
            ),
        ),
        migrations.AddField("group", "note", otayori.core.fields.EncryptedText(null=True)),
        migrations.AddField("group", "is_retired", models.BooleanField(default=False)),
        migrations.AddField("group", "own_classes_only", models.BooleanField(default=False)),
        migrations.AddField(
            "groupmember",
            "source",
            models.CharField(
                choices=[("file", "名簿のファイル"), ("hand", "画面での登録")], default="file", max_length=4
            ),
        ),
        migrations.RunPython(tell_kinds, migrations.RunPython.noop),
        migrations.AddConstraint(
            "group", models.CheckConstraint(condition=models.Q(("kind__in", _KINDS)), name="group_kind")
        ),
        migrations.AddConstraint(
            "groupmember",
            models.CheckConstraint(
                condition=models.Q(("source__in", ["file", "hand"])), name="group_member_source"
            ),
        ),
    ]
