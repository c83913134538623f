"""Other people's material as values of ours: releases, classes, samples. Nothing foreign runs here.

- `release`: a release in EnvScaler's format → environments, scenarios, gradings, Problems;
- `python_class`: any stateful Python class whose public methods are tools;
- `native`: the hand-written environments of `samples`;
- what they share: `signatures`, `docstrings`, `writes`, `entities`, `names`, `checks`, `repairs`.
"""
