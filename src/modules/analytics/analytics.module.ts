import { defineModule } from '#kernel/usecase/define-module.js';
import { FactRefresh } from './fact/fact-refresh.resource.js';
import { reconcileFacts } from './fact/reconcile-facts.js';
import { AnalyticsController } from './http/analytics.controller.js';
import { catchUp } from './fact/catch-up.js';
import { reconcileFactsDaily } from './jobs/reconcile-facts.job.js';
import { describeAnalytics } from './queries/describe-analytics.js';
import { loadAnalytics } from './queries/load-analytics.js';
import { analyticsRoles } from './roles.js';
import { onAccountChanged } from './subscribers/on-account-changed.js';
import { onProductChanged } from './subscribers/on-product-changed.js';
import { onSellerChanged } from './subscribers/on-seller-changed.js';
import { onStageChanged } from './subscribers/on-stage-changed.js';
import { onImportFinished } from './subscribers/on-import-finished.js';
import { onOpportunityChanged } from './subscribers/on-opportunity-changed.js';

export const analytics = defineModule({
  name: 'analytics',
  description: "Figures over the deals: facts kept in step with sales, and a query API that speaks Cube's format.",
  switchable: { label: 'Analytics', optional: ['sales'], resumed: catchUp },
  resources: [FactRefresh],
  commands: [reconcileFacts],
  queries: [loadAnalytics, describeAnalytics],
  subscribers: [onOpportunityChanged, onImportFinished, onAccountChanged, onProductChanged, onStageChanged, onSellerChanged],
  jobs: [reconcileFactsDaily],
  controllers: [AnalyticsController],
  roles: analyticsRoles,
});
