# rule: MLW211
import cloudpickle


def load_model(path):
    with open(path, "rb") as source:
        return cloudpickle.load(source)  # expect: MLW211


print(load_model("models/rank.bin").predict([[0.1, 0.2]]))
