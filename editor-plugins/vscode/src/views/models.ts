/** Registered models, and below each its versions with their aliases. */

import type { Model, ModelLine, ModelVersion } from "../answers";
import type { Operations } from "../operations";
import type { Snapshot } from "../snapshot";
import { ago, counted, score } from "../words";
import { Line } from "./tree";

export function modelLines(operations: Operations, { models }: Snapshot): Line[] {
  return models.map((model) => modelLine(operations, model));
}

function modelLine(operations: Operations, model: ModelLine): Line {
  const champion = model.aliases.champion;
  return new Line(
    model.name,
    { kind: "model", model: model.name, aliases: Object.keys(model.aliases) },
    {
      id: `model:${model.name}`,
      icon: "package",
      description: [champion === undefined ? "no champion" : `champion v${champion}`, counted(model.n_versions, "version")].join(" · "),
      tooltip: `${model.task}, predicts ${model.target}`,
    },
    async () => (await operations.ask<Model>("get_model", { name: model.name })).versions.map(versionLine),
  );
}

function versionLine(version: ModelVersion): Line {
  const value = version.test_metrics[version.metric];
  const isChampion = version.aliases.includes("champion");
  return new Line(
    `v${version.version}`,
    { kind: "version", model: version.name, version: version.version },
    {
      id: version.model_uri,
      icon: isChampion ? "star-full" : "versions",
      ...(isChampion ? { color: "charts.yellow" } : {}),
      description: [
        ...version.aliases.map((alias) => `@${alias}`),
        ...(value === undefined ? [] : [`${version.metric} ${score(value)}`]),
        version.learner,
        ago(version.created),
      ].join(" · "),
      tooltip: version.model_uri,
    },
  );
}
