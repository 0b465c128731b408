# rule: MLW211 clean
import mlflow.sklearn
import pandas as pd

model = mlflow.sklearn.load_model("models:/churn/7")
print(model.predict(pd.read_csv("today.csv")))
