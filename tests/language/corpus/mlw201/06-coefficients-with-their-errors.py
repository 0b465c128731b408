# rule: MLW201 clean
import pandas as pd
import statsmodels.api as sm

survey = pd.read_csv("survey.csv")
X = sm.add_constant(survey[["income", "age"]])
fit = sm.OLS(survey["spend"], X).fit()
print(fit.summary())
