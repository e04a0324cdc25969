import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { BASE } from './api/base.js';
import { ApiProblem } from './api/client.js';
import { App } from './app.js';
import './page.css';

/** A server that is away for a moment is asked again; an error that it has told is shown at once. */
const queries = new QueryClient({
  defaultOptions: { queries: { retry: (failures, error) => failures < 2 && !(error instanceof ApiProblem), staleTime: 1_000 } },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Router base={BASE}>
        <App />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
