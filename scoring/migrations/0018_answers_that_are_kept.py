"""A call may note, once and while it is under way, under which name the provider keeps its answer."""

from django.db import migrations, models

SETTLED_ONCE = """
CREATE OR REPLACE FUNCTION refuse_unless_settling() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settling text[] := ARRAY['state', 'outcome', 'answered_model', 'input_tokens', 'output_tokens', 'latency_ms',
        'cost_microcents', 'cost_is_estimate', 'settled_at'];
BEGIN
    IF erasure_is_open() THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'reserved' AND NEW.state = 'settled'
        AND (to_jsonb(OLD) - settling) = (to_jsonb(NEW) - settling) THEN
        RETURN NEW;
    END IF;
{noting}
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
NOTING = """
    IF TG_OP = 'UPDATE' AND OLD.state = 'reserved' AND OLD.kept_as = ''
        AND (to_jsonb(OLD) - 'kept_as') = (to_jsonb(NEW) - 'kept_as') THEN
        RETURN NEW;
    END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0017_examples_say_whose_answer")]

    operations = [
        migrations.AddField(
            model_name="modelcall",
            name="kept_as",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The name under which the provider keeps the answer.",
                max_length=128,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(SETTLED_ONCE.format(noting=NOTING), SETTLED_ONCE.format(noting="")),
    ]
