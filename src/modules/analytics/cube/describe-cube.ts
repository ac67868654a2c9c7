import type { FiscalCalendar } from '#kernel/pure/fiscal.js';
import { drillOf, granularityInfo } from './annotate.js';
import { granularities, titleOf, type Cube, type Dimension, type Measure } from './model.js';

/** The cube as Cube's `/meta` shows it. */
export function describeCube(cube: Cube, { currency, fiscal }: { readonly currency: string; readonly fiscal: FiscalCalendar }) {
  return {
    name: cube.name,
    title: cube.title,
    description: cube.description,
    type: 'cube',
    public: true,
    isVisible: true,
    connectedComponent: 1,
    measures: [...cube.measures.values()].map((m) => describeMeasure(cube, m, currency)),
    dimensions: [...cube.dimensions.values()].map((d) => describeDimension(cube, d, fiscal)),
    segments: [...cube.segments.values()].map((s) => ({
      name: s.name,
      title: titleOf(cube, s),
      shortTitle: s.shortTitle,
      description: s.description,
      public: true,
      isVisible: true,
    })),
    hierarchies: cube.hierarchies.map((h) => ({ name: `${cube.name}.${h.name}`, title: h.title, levels: h.levels, public: true })),
    folders: [],
    nestedFolders: [],
  };
}

function describeMeasure(cube: Cube, measure: Measure, currency: string) {
  return {
    name: measure.name,
    title: titleOf(cube, measure),
    shortTitle: measure.shortTitle,
    description: measure.description,
    type: 'number',
    aggType: measure.aggType,
    cumulative: false,
    cumulativeTotal: false,
    additive: measure.additive,
    ...(measure.format ? { format: measure.format } : {}),
    ...(measure.format === 'currency' ? { currency } : {}),
    ...drillOf(cube, measure),
    public: true,
    isVisible: true,
  };
}

function describeDimension(cube: Cube, dimension: Dimension, fiscal: FiscalCalendar) {
  return {
    name: dimension.name,
    title: titleOf(cube, dimension),
    shortTitle: dimension.shortTitle,
    description: dimension.description,
    type: dimension.type,
    primaryKey: dimension.primaryKey === true,
    suggestFilterValues: dimension.type === 'string' && dimension.primaryKey !== true,
    ...(dimension.type === 'time' ? { granularities: granularities.map((name) => granularityInfo(name, fiscal)) } : {}),
    public: true,
    isVisible: true,
  };
}
