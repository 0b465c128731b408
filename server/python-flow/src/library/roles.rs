//! Which class of which library is what.

use std::sync::Arc;

use mlwright_python_values::value::{Composite, Role, Value};

/// Classes by role, with the module of scikit-learn (1.7) or the library where they live.
const CLASSES: &[(&str, Role, &[&str])] = &[
    (
        "sklearn.preprocessing",
        Role::Transformer,
        &[
            "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PowerTransformer",
            "QuantileTransformer", "KBinsDiscretizer", "SplineTransformer", "TargetEncoder", "Imputer",
            "KernelCenterer",
        ],
    ),
    (
        "sklearn.preprocessing",
        Role::RowTransformer,
        &[
            "OneHotEncoder", "OrdinalEncoder", "LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer", "Normalizer",
            "Binarizer", "PolynomialFeatures", "FunctionTransformer",
        ],
    ),
    ("sklearn.impute", Role::Transformer, &["SimpleImputer", "KNNImputer", "IterativeImputer", "MissingIndicator"]),
    (
        "sklearn.feature_selection",
        Role::Transformer,
        &[
            "SelectKBest", "SelectPercentile", "SelectFpr", "SelectFdr", "SelectFwe", "GenericUnivariateSelect",
            "SelectFromModel", "RFE", "RFECV", "SequentialFeatureSelector", "VarianceThreshold",
        ],
    ),
    ("sklearn.feature_extraction.text", Role::Transformer, &["CountVectorizer", "TfidfVectorizer", "TfidfTransformer"]),
    ("sklearn.feature_extraction.text", Role::RowTransformer, &["HashingVectorizer"]),
    ("sklearn.feature_extraction", Role::RowTransformer, &["DictVectorizer", "FeatureHasher"]),
    (
        "sklearn.decomposition",
        Role::Transformer,
        &[
            "PCA", "IncrementalPCA", "KernelPCA", "SparsePCA", "TruncatedSVD", "NMF", "FastICA", "FactorAnalysis",
            "LatentDirichletAllocation", "DictionaryLearning",
        ],
    ),
    ("sklearn.manifold", Role::Transformer, &["TSNE", "Isomap", "LocallyLinearEmbedding", "MDS", "SpectralEmbedding"]),
    ("umap", Role::Transformer, &["UMAP"]),
    ("sklearn.kernel_approximation", Role::Transformer, &["Nystroem", "RBFSampler"]),
    (
        "sklearn.cluster",
        Role::Clusterer,
        &[
            "KMeans", "MiniBatchKMeans", "DBSCAN", "HDBSCAN", "AgglomerativeClustering", "SpectralClustering",
            "MeanShift", "Birch", "OPTICS", "AffinityPropagation", "FeatureAgglomeration", "BisectingKMeans",
        ],
    ),
    ("sklearn.mixture", Role::Clusterer, &["GaussianMixture", "BayesianGaussianMixture"]),
    ("sklearn.ensemble", Role::OutlierDetector, &["IsolationForest"]),
    ("sklearn.neighbors", Role::OutlierDetector, &["LocalOutlierFactor"]),
    ("sklearn.svm", Role::OutlierDetector, &["OneClassSVM"]),
    ("sklearn.covariance", Role::OutlierDetector, &["EllipticEnvelope"]),
    (
        "sklearn.linear_model",
        Role::Classifier,
        &[
            "LogisticRegression", "LogisticRegressionCV", "RidgeClassifier", "RidgeClassifierCV", "SGDClassifier",
            "Perceptron", "PassiveAggressiveClassifier",
        ],
    ),
    (
        "sklearn.linear_model",
        Role::Regressor,
        &[
            "LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "Lars",
            "LassoLars", "SGDRegressor", "HuberRegressor", "RANSACRegressor", "TheilSenRegressor", "BayesianRidge",
            "ARDRegression", "PoissonRegressor", "GammaRegressor", "TweedieRegressor", "QuantileRegressor",
            "OrthogonalMatchingPursuit", "PassiveAggressiveRegressor", "MultiTaskLasso", "LassoLarsCV", "LassoLarsIC",
        ],
    ),
    (
        "sklearn.ensemble",
        Role::Classifier,
        &[
            "RandomForestClassifier", "ExtraTreesClassifier", "GradientBoostingClassifier",
            "HistGradientBoostingClassifier", "AdaBoostClassifier", "BaggingClassifier", "VotingClassifier",
            "StackingClassifier",
        ],
    ),
    (
        "sklearn.ensemble",
        Role::Regressor,
        &[
            "RandomForestRegressor", "ExtraTreesRegressor", "GradientBoostingRegressor",
            "HistGradientBoostingRegressor", "AdaBoostRegressor", "BaggingRegressor", "VotingRegressor",
            "StackingRegressor",
        ],
    ),
    ("sklearn.tree", Role::Classifier, &["DecisionTreeClassifier", "ExtraTreeClassifier"]),
    ("sklearn.tree", Role::Regressor, &["DecisionTreeRegressor", "ExtraTreeRegressor"]),
    ("sklearn.svm", Role::Classifier, &["SVC", "LinearSVC", "NuSVC"]),
    ("sklearn.svm", Role::Regressor, &["SVR", "LinearSVR", "NuSVR"]),
    ("sklearn.neighbors", Role::Classifier, &["KNeighborsClassifier", "RadiusNeighborsClassifier", "NearestCentroid"]),
    ("sklearn.neighbors", Role::Regressor, &["KNeighborsRegressor", "RadiusNeighborsRegressor"]),
    (
        "sklearn.naive_bayes",
        Role::Classifier,
        &["GaussianNB", "MultinomialNB", "BernoulliNB", "ComplementNB", "CategoricalNB"],
    ),
    ("sklearn.neural_network", Role::Classifier, &["MLPClassifier"]),
    ("sklearn.neural_network", Role::Regressor, &["MLPRegressor"]),
    ("sklearn.gaussian_process", Role::Classifier, &["GaussianProcessClassifier"]),
    ("sklearn.gaussian_process", Role::Regressor, &["GaussianProcessRegressor"]),
    (
        "sklearn.discriminant_analysis",
        Role::Classifier,
        &["LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"],
    ),
    ("sklearn.kernel_ridge", Role::Regressor, &["KernelRidge"]),
    ("sklearn.cross_decomposition", Role::Regressor, &["PLSRegression"]),
    ("sklearn.isotonic", Role::Regressor, &["IsotonicRegression"]),
    ("sklearn.dummy", Role::Classifier, &["DummyClassifier"]),
    ("sklearn.dummy", Role::Regressor, &["DummyRegressor"]),
    ("sklearn.multiclass", Role::Classifier, &["OneVsRestClassifier", "OneVsOneClassifier", "OutputCodeClassifier"]),
    ("sklearn.multioutput", Role::Classifier, &["MultiOutputClassifier", "ClassifierChain"]),
    ("sklearn.multioutput", Role::Regressor, &["MultiOutputRegressor", "RegressorChain"]),
    ("sklearn.calibration", Role::Classifier, &["CalibratedClassifierCV"]),
    ("sklearn.compose", Role::Regressor, &["TransformedTargetRegressor"]),
    ("sklearn.compose", Role::RowTransformer, &["ColumnTransformer"]),
    ("sklearn.pipeline", Role::RowTransformer, &["Pipeline", "FeatureUnion"]),
    (
        "sklearn.model_selection",
        Role::Model,
        &["GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"],
    ),
    (
        "sklearn.model_selection",
        Role::Splitter,
        &[
            "KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "RepeatedKFold",
            "RepeatedStratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit",
            "TimeSeriesSplit", "LeaveOneOut", "LeavePOut", "LeaveOneGroupOut", "PredefinedSplit",
        ],
    ),
    ("xgboost", Role::Classifier, &["XGBClassifier", "XGBRFClassifier"]),
    ("xgboost", Role::Regressor, &["XGBRegressor", "XGBRFRegressor", "XGBRanker"]),
    ("lightgbm", Role::Classifier, &["LGBMClassifier"]),
    ("lightgbm", Role::Regressor, &["LGBMRegressor", "LGBMRanker"]),
    ("catboost", Role::Classifier, &["CatBoostClassifier"]),
    ("catboost", Role::Regressor, &["CatBoostRegressor", "CatBoost"]),
    ("ngboost", Role::Regressor, &["NGBRegressor"]),
    ("pytorch_tabnet.tab_model", Role::Classifier, &["TabNetClassifier"]),
    ("pytorch_tabnet.tab_model", Role::Regressor, &["TabNetRegressor"]),
    ("pytorch_tabnet.multitask", Role::Classifier, &["TabNetMultiTaskClassifier"]),
    (
        "imblearn.over_sampling",
        Role::Resampler,
        &["SMOTE", "SMOTENC", "SMOTEN", "ADASYN", "BorderlineSMOTE", "KMeansSMOTE", "SVMSMOTE", "RandomOverSampler"],
    ),
    ("imblearn.combine", Role::Resampler, &["SMOTEENN", "SMOTETomek"]),
    (
        "imblearn.under_sampling",
        Role::Resampler,
        &[
            "RandomUnderSampler", "NearMiss", "TomekLinks", "EditedNearestNeighbours", "ClusterCentroids",
            "OneSidedSelection", "NeighbourhoodCleaningRule", "CondensedNearestNeighbour", "AllKNN",
        ],
    ),
    (
        "imblearn.ensemble",
        Role::Classifier,
        &[
            "BalancedRandomForestClassifier", "BalancedBaggingClassifier", "EasyEnsembleClassifier",
            "RUSBoostClassifier",
        ],
    ),
    (
        "category_encoders",
        Role::Transformer,
        &[
            "CatBoostEncoder", "LeaveOneOutEncoder", "JamesSteinEncoder", "MEstimateEncoder", "WOEEncoder",
            "GLMMEncoder", "CountEncoder",
        ],
    ),
    (
        "category_encoders",
        Role::RowTransformer,
        &["BinaryEncoder", "HashingEncoder", "BaseNEncoder", "HelmertEncoder", "SumEncoder"],
    ),
    ("keras.preprocessing.text", Role::Transformer, &["Tokenizer"]),
    ("keras.preprocessing.image", Role::Transformer, &["ImageDataGenerator"]),
    ("keras", Role::Model, &["Sequential"]),
    ("keras.layers", Role::Transformer, &["TextVectorization"]),
    ("keras.wrappers", Role::Classifier, &["KerasClassifier"]),
    ("keras.wrappers", Role::Regressor, &["KerasRegressor"]),
    ("prophet", Role::Regressor, &["Prophet"]),
    ("surprise", Role::Model, &["SVD"]),
    ("lazypredict.Supervised", Role::Classifier, &["LazyClassifier"]),
    ("lazypredict.Supervised", Role::Regressor, &["LazyRegressor"]),
    ("sklearn_pandas", Role::Transformer, &["DataFrameMapper"]),
];

/// Libraries whose classes are looked up by their short name.
const LIBRARIES: &[&str] = &[
    "sklearn", "imblearn", "xgboost", "lightgbm", "catboost", "category_encoders", "keras", "tensorflow", "tf_keras",
    "sklearn_pandas", "umap", "ngboost", "prophet", "fbprophet", "pytorch_tabnet", "surprise", "cuml", "daal4py",
    "sklearnex", "scikeras", "autosklearn", "lazypredict",
];

/// What a class is, by its full name.
pub(super) fn role_of(full: &str) -> Option<Role> {
    let (root, _) = full.split_once('.').unwrap_or((full, ""));
    if !LIBRARIES.contains(&root) {
        return None;
    }
    let short = full.rsplit('.').next().unwrap_or(full);
    if short == "Normalization" && matches!(root, "keras" | "tensorflow") {
        return Some(Role::Transformer);
    }
    if short == "Model" && matches!(root, "keras" | "tensorflow") {
        return Some(Role::Model);
    }
    if short == "TargetEncoder" || (root == "category_encoders" && matches!(short, "TargetEncoder" | "CatBoostEncoder"))
    {
        return Some(Role::Transformer);
    }
    CLASSES.iter().find(|(_, _, names)| names.contains(&short)).map(|(_, role, _)| *role)
}

/// The full name of a well-known class or function that is used without an import.
pub(super) fn home_of(short: &str) -> Option<Arc<str>> {
    if let Some((module, _, _)) = CLASSES.iter().find(|(_, _, names)| names.contains(&short)) {
        return Some(format!("{module}.{short}").into());
    }
    let module = match short {
        "train_test_split" | "cross_val_score" | "cross_validate" | "cross_val_predict" | "learning_curve"
        | "validation_curve" => "sklearn.model_selection",
        "make_pipeline" => "sklearn.pipeline",
        "make_column_transformer" | "make_column_selector" => "sklearn.compose",
        "resample" => return None,
        _ if super::metrics::is_metric(short) => "sklearn.metrics",
        _ => return None,
    };
    Some(format!("{module}.{short}").into())
}

/// Whether a transformer learns from the rows that it is fitted on, where that depends on how it is made. Keras' `ImageDataGenerator`
/// learns mean, deviation or whitening of the images as a whole (Keras 2), all else that it does it does to each image alone;
/// a filler of one given value, and a counter of given words, have nothing to learn.
pub(super) fn learns(short: &str, parameter: impl Fn(&str) -> Option<Value>) -> Option<bool> {
    let given =
        |name: &str| parameter(name).is_some_and(|value| !matches!(value, Value::None | Value::Bool(Some(false))));
    match short {
        "ImageDataGenerator" => Some(
            ["featurewise_center", "featurewise_std_normalization", "zca_whitening"].iter().any(|name| given(name)),
        ),
        "SimpleImputer" => match parameter("strategy") {
            Some(Value::Str(text)) if text.value.as_deref() == Some("constant") => Some(false),
            _ => None,
        },
        "CountVectorizer" if given("vocabulary") => Some(false),
        _ => None,
    }
}

/// How a class is made of others.
pub(super) fn composite_of(short: &str) -> Option<Composite> {
    Some(match short {
        "Pipeline" | "FeatureUnion" => Composite::Pipeline,
        "ColumnTransformer" | "DataFrameMapper" => Composite::ColumnTransformer,
        "GridSearchCV" | "RandomizedSearchCV" | "HalvingGridSearchCV" | "HalvingRandomSearchCV" => Composite::Search,
        "VotingClassifier"
        | "VotingRegressor"
        | "StackingClassifier"
        | "StackingRegressor"
        | "BaggingClassifier"
        | "BaggingRegressor"
        | "AdaBoostClassifier"
        | "AdaBoostRegressor"
        | "OneVsRestClassifier"
        | "OneVsOneClassifier"
        | "MultiOutputClassifier"
        | "MultiOutputRegressor"
        | "CalibratedClassifierCV"
        | "TransformedTargetRegressor"
        | "SelectFromModel"
        | "RFE"
        | "RFECV"
        | "SequentialFeatureSelector"
        | "ClassifierChain"
        | "RegressorChain" => Composite::Ensemble,
        _ => return None,
    })
}

/// Whether a resampler only takes rows away.
pub(super) fn only_removes(short: &str) -> bool {
    CLASSES.iter().any(|(module, _, names)| *module == "imblearn.under_sampling" && names.contains(&short))
}
