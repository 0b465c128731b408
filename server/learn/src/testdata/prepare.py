"""Makes prepare.json, the reference values of src/prepare/tests/reference.rs.

    pip install scikit-learn==1.7.2 numpy && python prepare.py > prepare.json
"""

import json

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import chi2, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OrdinalEncoder, PowerTransformer, RobustScaler, StandardScaler, TargetEncoder

rng = np.random.default_rng(20)


def column(values):
    return [None if np.isnan(v) else float(v) for v in values]


def numbers():
    values = np.round(rng.lognormal(0.5, 1.2, 25), 3)
    values[[3, 11, 19]] = np.nan
    values[5] = values[6]
    cases = []
    imputers = {
        "median": SimpleImputer(strategy="median"),
        "mean": SimpleImputer(strategy="mean"),
        "most_frequent": SimpleImputer(strategy="most_frequent"),
        "constant": SimpleImputer(strategy="constant", fill_value=-1.5),
    }
    scalers = {"standard": StandardScaler(), "robust": RobustScaler(), "min_max": MinMaxScaler()}
    for impute, imputer in imputers.items():
        for scaling, scaler in scalers.items():
            out = make_pipeline(imputer, scaler).fit_transform(values[:, None])[:, 0]
            cases.append({"impute": impute, "scaling": scaling, "out": column(out)})
    return {"values": column(values), "fill": -1.5, "cases": cases}


def powers():
    columns = {
        "lognormal": np.round(rng.lognormal(1.0, 1.0, 40), 4),
        "both signs": np.round(rng.normal(0.0, 2.0, 40) ** 3, 4),
        "negative": -np.round(rng.gamma(1.0, 5.0, 40), 4),
        "normal": np.round(rng.normal(10.0, 1.0, 40), 4),
    }
    cases = []
    for name, values in columns.items():
        transformer = PowerTransformer()
        out = transformer.fit_transform(values[:, None])[:, 0]
        cases.append({"name": name, "values": column(values), "lambda": float(transformer.lambdas_[0]), "out": column(out)})
    return cases


def target_means():
    levels = np.array(list("aaaaaaaabbbbbccccddde") + ["?"] * 3)
    n = len(levels)
    targets = {
        "number": ("continuous", np.round(rng.normal(10.0, 3.0, n), 2)),
        "two classes": ("binary", rng.integers(0, 2, n)),
        "three classes": ("multiclass", rng.integers(0, 3, n)),
    }
    cases = []
    for name, (kind, y) in targets.items():
        for smooth in ["auto", 10.0]:
            encoder = TargetEncoder(smooth=smooth, target_type=kind).fit(levels[:, None], y)
            asked = ["a", "b", "c", "d", "e", "?", "never seen"]
            cases.append(
                {
                    "name": name,
                    "smooth": smooth,
                    "target": y.tolist(),
                    "asked": asked,
                    "out": encoder.transform(np.array(asked)[:, None]).tolist(),
                }
            )
    return {"levels": levels.tolist(), "cases": cases}


def places():
    levels = np.array(["low", "high", "middle", "high", "low"])
    given = OrdinalEncoder(categories=[["low", "middle", "high"]]).fit_transform(levels[:, None])[:, 0]
    natural = OrdinalEncoder().fit_transform(levels[:, None])[:, 0]
    return {"levels": levels.tolist(), "order": ["low", "middle", "high"], "given": given.tolist(), "natural": natural.tolist()}


DOCUMENTS = [
    "Broken screen, screen black",
    "the screen is broken again",
    "battery broken again and again",
    "Battery OK, screen ok",
    "the battery is ok",
    "Grüße: the screen is black",
    "Is the battery black? The battery is black!",
    "ok ok ok",
    "a b c",
    "the broken battery and the broken screen",
]
CLASSES = [1, 1, 1, 0, 0, 1, 0, 0, 0, 1]
NUMBERS = [3.5, 2.0, 4.5, 0.5, 1.0, 2.5, 1.5, 0.0, 0.25, 6.0]


def texts():
    vectorizer = TfidfVectorizer(min_df=2, ngram_range=(1, 2))
    x = vectorizer.fit_transform(DOCUMENTS)
    names = vectorizer.get_feature_names_out().tolist()
    # All singular values differ, so that right singular vectors are unique but for their signs.
    _, strengths, vt = np.linalg.svd(x.toarray(), full_matrices=False)
    ones = np.hstack([x.toarray(), np.ones((len(DOCUMENTS), 1))])
    logistic = LogisticRegression(C=4.0, solver="liblinear", intercept_scaling=1.0, tol=1e-10, max_iter=10000).fit(x, CLASSES)
    y = (np.array(NUMBERS) - np.mean(NUMBERS)) / np.std(NUMBERS)
    ridge = Ridge(alpha=1 / 4.0, fit_intercept=False).fit(ones, y)
    return {
        "documents": DOCUMENTS,
        "classes": CLASSES,
        "numbers": NUMBERS,
        "names": names,
        "weights": x.toarray().tolist(),
        "chi2": chi2(x, CLASSES)[0].tolist(),
        "f": f_regression(x, np.array(NUMBERS))[0].tolist(),
        "strengths": strengths.tolist(),
        "latent": (x @ vt[:3].T).tolist(),
        "logistic": logistic.decision_function(x).tolist(),
        "ridge": ridge.predict(ones).tolist(),
    }


print(
    json.dumps(
        {
            "source": f"scikit-learn {sklearn.__version__}",
            "numbers": numbers(),
            "powers": powers(),
            "target_means": target_means(),
            "places": places(),
            "texts": texts(),
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )
)
