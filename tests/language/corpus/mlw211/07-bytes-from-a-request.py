# rule: MLW211
import pickle
import sys

model = pickle.loads(sys.stdin.buffer.read())  # expect: MLW211
print(model.predict([[1.0, 2.0, 3.0]]))
