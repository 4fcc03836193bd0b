import django.db.models.deletion
from django.db import migrations, models

import otayori.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_slices"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArmedPush",
            fields=[
                ("endpoint", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="armed", serialize=False, to="delivery.endpoint")),
                ("secret", otayori.core.fields.EncryptedText()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["made_at"], name="armedpush_made_at")],
            },
        ),
        # Each set is good for one message. A logged table could bring back one that was used: a standby a
        # moment behind, a data directory restored to yesterday. An unlogged one is empty after a crash, on a
        # standby and in a base backup, and empty is always right: sets are made anew. (pg_dump copies unlogged
        # tables unless told --no-unlogged-table-data; what it brings back has a fresh salt in each message
        # and so repeats no nonce.) It also spares the log 20,000 rows a day and a release.
        migrations.RunSQL(
            "ALTER TABLE delivery_armedpush SET UNLOGGED",
            "ALTER TABLE delivery_armedpush SET LOGGED",
        ),
    ]
