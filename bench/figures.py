#!/usr/bin/env python3
"""Other figures files of the same shape, for trying the generator: python3 bench/figures.py GOLDEN.csv PEOPLE SEED > out.csv

Base counts are scaled to the wanted number of people and moved by up to eight per cent, parts stay parts of their wholes, and
every derived row is computed anew from its formula, rounded half up at its decimals.
"""

import csv
import random
import re
import sys
from decimal import ROUND_HALF_UP, Decimal

# Part, whole: after moving, a part is cut to its whole.
PARTS = """
women_15_49 population_total; women_18_35 women_15_49; agricultural_population population_total; children_0_15 population_total
children_under_7 children_0_15; children_under_5 children_under_7; children_under_3 children_under_5; live_births children_under_3
delivered_women pregnant_and_puerperal_women; maternal_carded delivered_women; antenatal_checked maternal_carded
early_pregnancy_checked antenatal_checked; systematic_managed early_pregnancy_checked; postnatal_visited maternal_carded
hospital_deliveries live_births; highrisk_pregnant pregnant_and_puerperal_women; highrisk_delivered highrisk_pregnant
highrisk_pregnant_managed highrisk_pregnant; highrisk_hospital_delivered highrisk_delivered; under7_managed children_under_7
under3_managed children_under_3; under5_highrisk children_under_5; under5_highrisk_managed under5_highrisk; low_birth_weight live_births
under5_malnutrition children_under_5; infant_deaths under5_deaths; neonatal_deaths infant_deaths; epi_carded epi_children_0_7
hepb_given epi_births; hepb_timely hepb_given; breastfeeding_guided live_births; breastfeeding_exclusive breastfeeding_guided
opv_campaign_given opv_campaign_due; measles_campaign_given measles_campaign_due; opv_campaign_migrant_due opv_campaign_due
opv_campaign_migrant_given opv_campaign_migrant_due; opv_campaign_zero_dose opv_campaign_due; opv_campaign_migrant_zero_due opv_campaign_migrant_due
opv_campaign_migrant_zero_given opv_campaign_migrant_zero_due; bcg_done epi_basic_cohort; dpt_done epi_basic_cohort; opv_done epi_basic_cohort
measles_done epi_basic_cohort; hepb_basic_done epi_basic_cohort; ncms_enrolled ncms_eligible; ncms_eligible agricultural_population
perinatal_scheme_due pregnant_and_puerperal_women; perinatal_scheme_in perinatal_scheme_due; critical_rescue_success critical_rescued
women_18_35_educated women_18_35; pregnant_women_educated pregnant_and_puerperal_women; relief_paid_persons delivered_women
hospital_relief_persons hospital_deliveries; relief_cards delivered_women; systematic_managed postnatal_visited
deaths_online deaths_reported; malaria_foci_treated_a malaria_radical_treated; malaria_foci_treated_b malaria_history_visits
tb_supervised tb_treated; tb_self_paid tb_treated
"""

# What doesn't grow with the township.
FIXED = set(
    """ten_day_reports mch_reports mch_ledgers_township mch_ledgers_township_kinds mch_ledgers_village mch_ledgers_village_kinds
    rural_income_per_capita grain_per_capita outreach_staff_per_event training_class_sessions regular_meetings meeting_training_sessions
    cold_chain_runs ncms_enrolment_rate_drop training_pass_rate neonatal_tetanus_cases maternal_deaths five_vaccine_coverage
    report_rate ncms_delivery_cost_each ncms_delivery_paid_each""".split()
)

# What the calendar bounds: it doesn't grow either, but its dice are thrown, so that the other rows of a seed stay as they were.
CALENDAR = set(
    """hfmd_daily_reports dengue_daily_reports epidemic_analysis_quarterly epidemic_analysis_halfyear epidemic_analysis_annual
    malaria_monthly_reports malaria_quarterly_reports malaria_project_round""".split()
)


def rounded(value, decimals):
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def scaled(row, factor, dice):
    value = Decimal(row["value"])
    if row["id"] in FIXED or value == 0 or row["unit"] == "%":
        return value
    decimals = max(0, -value.as_tuple().exponent)
    moved = value * Decimal(factor) * Decimal(1 + dice.uniform(-0.08, 0.08))
    if row["id"] in CALENDAR:
        return value
    return max(rounded(moved, decimals), Decimal(1) if value >= 1 else Decimal(0))


def main():
    rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
    people, dice = int(sys.argv[2]), random.Random(int(sys.argv[3]))
    total = next(Decimal(row["value"]) for row in rows if row["id"] == "population_total")
    factor = people / float(total)
    values = {}
    for row in rows:
        if row["role"] in ("base", "inferred") and row["value"] and not row["formula"]:
            villages = row["id"] in ("community_count", "village_committee_count")
            values[row["id"]] = scaled(row, factor**0.5 if villages else factor, dice)
    values["population_total"] = Decimal(people)
    for _ in range(3):
        for pair in re.split(r"[;\n]", PARTS):
            part, *whole = pair.split() or [None]
            if part and part in values and whole and whole[0] in values:
                values[part] = min(values[part], values[whole[0]])
    consistent(values, dice)
    for row in rows:
        if row["formula"]:
            names = sorted(set(re.findall(r"[a-z_][a-z0-9_]*", row["formula"])), key=len, reverse=True)
            if not all(name in values for name in names):
                row["value"] = ""
                continue
            numbers = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])", r"Decimal('\1')", row["formula"])
            value = rounded(eval(numbers, {"Decimal": Decimal}, values), int(row["decimals"] or 0))
            values[row["id"]] = value
    out = csv.DictWriter(sys.stdout, ["id", "label", "value", "unit", "role", "formula", "decimals", "computed", "match", "note"])
    out.writeheader()
    for row in rows:
        if row["id"] in values:
            row["value"] = f"{values[row['id']]:f}"
            row["computed"], row["match"] = (row["value"], "yes") if row["formula"] else ("", "")
        elif row["role"] != "approximate":
            continue
        row["note"] = ""
        out.writerow(row)


def consistent(values, dice):
    """Relations between figures that aren't simply a part and its whole."""
    born = values["live_births"] + values["stillbirths"]
    values["delivered_women"] = born - max(Decimal(1), round(born / 300))
    for part in ("maternal_carded", "antenatal_checked", "early_pregnancy_checked", "systematic_managed", "postnatal_visited"):
        values[part] = min(values[part], values["delivered_women"])
    values["antenatal_checked"] = min(values["antenatal_checked"], values["maternal_carded"])
    values["systematic_managed"] = min(values["systematic_managed"], values["early_pregnancy_checked"], values["postnatal_visited"])
    values["pregnant_and_puerperal_women"] = max(values["pregnant_and_puerperal_women"], values["delivered_women"])
    values["pregnant_women_educated"] = min(values["pregnant_women_educated"], values["pregnant_and_puerperal_women"])
    values["aseptic_deliveries"] = born - dice.choice([0, 0, 1, 2])
    values["hospital_deliveries"] = min(values["hospital_deliveries"], values["live_births"])
    values["breastfeeding_guided"] = values["live_births"]
    values["breastfeeding_exclusive"] = min(values["breastfeeding_exclusive"], values["live_births"])
    values["highrisk_hospital_delivered"] = values["highrisk_delivered"]
    values["highrisk_pregnant_managed"] = values["highrisk_pregnant"]
    values["under3_managed"] = min(values["under3_managed"], values["children_under_3"])
    values["epi_children_0_7"] = max(values["epi_children_0_7"], values["children_under_7"])
    values["epi_carded"] = values["epi_children_0_7"]
    values["epi_births"] = min(values["epi_births"], values["live_births"])
    cohort = values["epi_basic_cohort"]
    values["five_done"] = min(values[name] for name in ("bcg_done", "dpt_done", "opv_done", "measles_done", "hepb_basic_done"))
    values["five_done"] = min(values["five_done"], cohort)
    values["hepb_given"] = min(values["hepb_given"], values["epi_births"])
    values["hepb_timely"] = min(values["hepb_timely"], values["hepb_given"])
    values["household_count"] = min(values["household_count"], values["population_total"] - values["children_0_15"])
    staff = values["outreach_staff_per_event"]
    values["outreach_staff_visits"] = max(staff, rounded(values["outreach_staff_visits"] / staff, 0) * staff)
    cases = values["ncms_delivery_cases"]
    values["ncms_delivery_cost"], values["ncms_delivery_paid"] = cases * 600, cases * 400
    due, given = values["opv_campaign_migrant_due"], values["opv_campaign_migrant_given"]
    zero_due = values["opv_campaign_migrant_zero_due"]
    values["opv_campaign_migrant_zero_given"] = max(values["opv_campaign_migrant_zero_given"], given - due + zero_due)
    local_due = values["opv_campaign_due"] - due
    values["opv_campaign_given"] = min(values["opv_campaign_given"], given + local_due)
    # The fall of the enrolment rate must be one that whole people can make, also between the rounded rates.
    eligible = values["ncms_eligible"]
    values["ncms_enrolled"] = min(values["ncms_enrolled"], rounded(eligible * Decimal("0.96"), 0))
    now = values["ncms_enrolled"] / eligible * 100
    for more in range(1, 10000):
        before = (values["ncms_enrolled"] + more) / eligible * 100
        drop = rounded(before - now, 2)
        if drop >= Decimal("0.5") and rounded(before, 2) == rounded(now, 2) + drop:
            values["ncms_enrolment_rate_drop"] = drop
            break
    clinics = values["community_count"] + values["village_committee_count"]
    if "village_clinic_grade_a_count" in values:
        values["village_clinic_grade_a_count"] = clinics
    values["clinics_under_construction_named"] = min(values["clinics_under_construction_named"], clinics)
    # The timely reports are inferred from the printed rate, whose rounding leaves room for those of class C.
    values["report_timely_count"] = rounded(values["class_b_cases"] * values["report_timely_rate"] / 100, 0)
    values["tb_supervision_visits"] = max(values["tb_supervision_visits"], values["tb_supervised"])


if __name__ == "__main__":
    main()
