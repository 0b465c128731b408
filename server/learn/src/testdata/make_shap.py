"""Makes shap.json: SHAP values of two regression trees by Python `shap`, path-dependent, with the trees themselves.

`python make_shap.py > shap.json`. Inputs are eighths, so that single precision (scikit-learn's) holds them exactly.
"""

import json
import sys

import numpy as np
import shap
import sklearn
from sklearn.tree import DecisionTreeRegressor

rng = np.random.default_rng(7)
x = rng.integers(0, 64, size=(300, 6)) / 8.0
y = np.sin(x[:, 0]) * x[:, 1] + (x[:, 2] > 4) * x[:, 3] + 0.3 * rng.normal(size=300)
trees = []
for depth, leaf in [(4, 5), (9, 1)]:
    model = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(x, y)
    tree = model.tree_
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    rows = x[:12]
    trees.append({
        "left": tree.children_left.tolist(), "right": tree.children_right.tolist(), "feature": tree.feature.tolist(),
        "threshold": tree.threshold.tolist(), "value": tree.value[:, 0, 0].tolist(), "n_samples": tree.n_node_samples.tolist(),
        "expected": float(np.ravel(explainer.expected_value)[0]), "shap": explainer.shap_values(rows).tolist(),
    })
source = f"shap {shap.__version__}, scikit-learn {sklearn.__version__}"
json.dump({"source": source, "rows": x[:12].tolist(), "trees": trees}, sys.stdout)
