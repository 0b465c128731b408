"""Tables for text_tables.rs, and what scikit-learn's TF-IDF with logistic regression makes of them.

    pip install scikit-learn==1.7.2 pandas && python text_tables.py DIRECTORY_OF_TABLES OUT

DIRECTORY_OF_TABLES has sms-spam/data.tsv.gz (UCI SMS Spam Collection; every fifth row is the test)
and small-fine-foods-train/{train,test}.csv.gz (R package modeldata, small_fine_foods).
"""

import csv
import json
import pathlib
import sys
import time

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline


def sms(directory):
    table = pd.read_csv(directory / "sms-spam/data.tsv.gz", sep="\t", quoting=csv.QUOTE_NONE)
    part = lambda rows: {"texts": rows.message.fillna("").tolist(), "classes": (rows.label == "spam").astype(int).tolist()}
    is_test = table.index % 5 == 4
    return {"train": part(table[~is_test]), "test": part(table[is_test])}


def foods(directory):
    part = lambda rows: {"texts": rows.review.fillna("").tolist(), "classes": (rows.score == "great").astype(int).tolist()}
    read = lambda name: pd.read_csv(directory / f"small-fine-foods-train/{name}.csv.gz")
    return {"train": part(read("train")), "test": part(read("test"))}


def main():
    directory, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(exist_ok=True)
    for name, table in {"sms": sms(directory), "foods": foods(directory)}.items():
        (out / f"{name}.json").write_text(json.dumps(table))
        for ngrams in [(1, 1), (1, 2)]:
            for c in [1.0, 4.0, 10.0]:
                started = time.process_time()
                model = make_pipeline(TfidfVectorizer(min_df=2, ngram_range=ngrams), LogisticRegression(C=c, max_iter=1000))
                model.fit(table["train"]["texts"], table["train"]["classes"])
                p = model.predict_proba(table["test"]["texts"])[:, 1]
                y = table["test"]["classes"]
                print(
                    f"{name} {ngrams} C={c:g}: AUC {roc_auc_score(y, p):.5f}, log loss {log_loss(y, p):.5f}, "
                    f"{time.process_time() - started:.2f} s"
                )


main()
