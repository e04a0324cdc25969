export interface paths {
    "/api/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List runs, newest first */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description Only runs with a lower seq */
                    before?: number;
                    /** @description One or more states, separated by commas */
                    state?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunList"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Start a run
         * @description Records a run and answers at once. Runs work one at a time, in the order of their `seq`. With `publish`, what another run has made is published again, next in turn; if it is older than what is published, publications are held from then on.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key never makes a second run */
                    "idempotency-key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description A day, YYYY-MM-DD */
                        from?: string;
                        /** @description A day, YYYY-MM-DD */
                        to?: string;
                        /** @description Do everything but the publish */
                        dryRun?: boolean;
                        /** @description Read every file, also those that an earlier run has read and that are as they were */
                        fresh?: boolean;
                        /** @description The run whose kept version is to be published again; without `from` and `to` */
                        publish?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunAccepted"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The report of a run */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunReport"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a waiting or working run */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunReport"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retry a failed run, going on from what is already done */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunAccepted"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Progress as server-sent events
         * @description Event `progress` (a RunProgress) at each change and at least once a second, `end` ({state}) when the run has ended. Close the stream then: a browser would connect again.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description text/event-stream */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["RunProgress"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The jobs of a run, while Redis keeps them */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunJobList"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log lines of a run's jobs, while Redis keeps them */
        get: {
            parameters: {
                query?: {
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunLog"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/rejects.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every rejected row, with its reason */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A CSV file */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The first 100 rejected rows */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RejectList"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The state of things at a glance */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The published table */
        get: {
            parameters: {
                query?: {
                    /** @description The beginning of a product id */
                    q?: string;
                    sort?: "product" | "quantity" | "amount";
                    order?: "asc" | "desc";
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Summary"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The summary that this run made, searched, sorted and paged */
        get: {
            parameters: {
                query?: {
                    /** @description The beginning of a product id */
                    q?: string;
                    sort?: "product" | "quantity" | "amount";
                    order?: "asc" | "desc";
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Summary"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/summary.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The summary that this run made */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A CSV file */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/summaries/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A summary that this run made, by its name in sources.yaml, as CSV */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A CSV file */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what runs have made of the sources, newest first */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description Only runs with a lower seq */
                    before?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionList"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether publications are held */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HoldState"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Hold or release publications
         * @description While publications are held, runs end as `previewed`. What is published again by hand is published all the same.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        held: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HoldState"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{id}/compare/{other}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the sums of the second run differ from those of the first */
        get: {
            parameters: {
                query?: {
                    /** @description A key column of a summary, such as `product_id`, `store` or `sale_date`, or `file` */
                    by?: string;
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                    other: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunComparison"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                410: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The input files and the table, and what the last run made of them */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sources"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Propose a source for a file, or try a declaration on it
         * @description One file is tried at a time; a few requests wait. Nothing of the file is kept.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": components["schemas"]["TrialForm"];
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TriedFile"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the schedules */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A schedule */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Schedule"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Make, change, pause or resume a schedule
         * @description Replaces the schedule of this id. The schedule `default` comes from the environment; of it only `paused` can be changed.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Five fields: minute hour day month weekday */
                        cron: string;
                        /**
                         * @description IANA name
                         * @default UTC
                         */
                        tz?: string;
                        params?: {
                            /** @description A day, YYYY-MM-DD */
                            from?: string;
                            /** @description A day, YYYY-MM-DD */
                            to?: string;
                            /** @description Do everything but the publish */
                            dryRun?: boolean;
                            /** @description Read every file, also those that an earlier run has read and that are as they were */
                            fresh?: boolean;
                        };
                        /** @default false */
                        paused?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Schedule"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Delete a schedule */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, newest first */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionList"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Log-ins, triggers and changes, newest first */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    before?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test alert on every channel */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertTest"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** RunAccepted */
        RunAccepted: {
            id: string;
            seq: number;
            /** @enum {string} */
            state: "queued" | "extracting" | "transforming" | "loading" | "published" | "previewed" | "failed" | "cancelled" | "superseded";
            /** @description Where its report is */
            url: string;
        };
        /** Problem */
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @description An error code of this project; it never changes its meaning */
            code: string;
            /** @description What happened, naming the thing */
            message: string;
            /** @description What to do about it */
            remedy: string;
        };
        /** MadeBy */
        MadeBy: {
            id: string;
            seq: number;
            from?: string;
            to?: string;
        };
        /** Hold */
        Hold: {
            by: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            at: string;
        };
        /** InputChanges */
        InputChanges: {
            source: string;
            reused: number;
            read: number;
            new: number;
            changed: number;
            gone: number;
        };
        /** HeaderChange */
        HeaderChange: {
            source: string;
            file: string;
            gone: string[];
            new: string[];
            /** @description Columns that are in another order, as few as explain it */
            moved: string[];
        };
        /** SummaryTotals */
        SummaryTotals: {
            name: string;
            rows: number;
            /** @description A number as text, so that no digit is lost */
            quantity: string;
            /** @description A number as text, so that no digit is lost */
            amount: string;
            /** @description A number as text, so that no digit is lost */
            publishedAmount: string;
        };
        /** RunReport */
        RunReport: {
            id: string;
            seq: number;
            /** @enum {string} */
            state: "queued" | "extracting" | "transforming" | "loading" | "published" | "previewed" | "failed" | "cancelled" | "superseded";
            epoch: number;
            trigger: {
                kind: "dashboard" | "api" | "schedule";
                by: string;
                late: boolean;
            };
            params: {
                /** @description A day, YYYY-MM-DD */
                from?: string;
                /** @description A day, YYYY-MM-DD */
                to?: string;
                /** @description Do everything but the publish */
                dryRun?: boolean;
                /** @description Read every file, also those that an earlier run has read and that are as they were */
                fresh?: boolean;
                /** @description The run whose kept version is to be published again; without `from` and `to` */
                publish?: string;
            };
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            createdAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            durationMs: number | null;
            /** @description How long it has waited between a failure and the start of a retry */
            pausedMs: number;
            /** @description True if it can be retried now */
            retryable: boolean;
            retryRefusal: string | null;
            cancelled: {
                by: string | null;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601
                 */
                at: string;
            } | null;
            sources: {
                source: string;
                file: string | null;
                rowsRead: number;
                rowsAccepted: number;
                rowsRejected: number;
                rowsSkipped: number;
                rejectsByReason: {
                    malformed_row?: number;
                    missing_value?: number;
                    invalid_sale_id?: number;
                    invalid_product_id?: number;
                    invalid_quantity?: number;
                    invalid_amount?: number;
                    invalid_date?: number;
                    invalid_dimension?: number;
                    non_positive_quantity?: number;
                    non_positive_amount?: number;
                    mixed_signs?: number;
                };
                repeatedHeaders?: number;
                skippedByCause?: {
                    [key: string]: number;
                };
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
                returned?: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                };
                footerLines?: number;
                setAside?: {
                    code: string;
                    message: string;
                };
                longestRecordLines?: number;
            }[];
            totals: {
                rowsRead: number;
                rowsAccepted: number;
                rowsRejected: number;
                rowsSkipped: number;
                products: number;
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
                /** @description A number as text, so that no digit is lost */
                publishedAmount: string;
                returned?: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                };
            } | null;
            changes: {
                added: number;
                changed: number;
                removed: number;
                unchanged: number;
            } | null;
            differences: {
                productId: string;
                before: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                } | null;
                after: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                } | null;
            }[];
            stages: {
                name: "extract" | "transform" | "load";
                startedAt: string | null;
                finishedAt: string | null;
                jobs: number;
                durationMs: number | null;
            }[];
            alerts: string[];
            error: {
                code: string;
                message: string;
                remedy: string;
                stage: string | null;
            } | null;
            definition?: {
                sha256: string;
            };
            madeBy?: components["schemas"]["MadeBy"];
            held?: components["schemas"]["Hold"];
            inputs?: components["schemas"]["InputChanges"][];
            freshDifferences?: string[];
            staleSummaries?: string[];
            headers?: components["schemas"]["HeaderChange"][];
            summaries?: components["schemas"]["SummaryTotals"][];
            published: {
                seq: number;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601
                 */
                at: string;
            } | null;
        };
        /** RunList */
        RunList: {
            runs: components["schemas"]["RunReport"][];
            next: number | null;
        };
        /** RunProgress */
        RunProgress: {
            /** @enum {string} */
            state: "queued" | "extracting" | "transforming" | "loading" | "published" | "previewed" | "failed" | "cancelled" | "superseded";
            stages: {
                name: "extract" | "transform" | "load";
                done: number;
                total: number;
                rows: number;
            }[];
        };
        /** RunJob */
        RunJob: {
            id: string;
            queue: string;
            step: string;
            stage: "extract" | "transform" | "load";
            part: string | null;
            state: string;
            attempts: number;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            addedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            rows: number;
            bytes: number;
            error: string | null;
        };
        /** RunJobList */
        RunJobList: {
            jobs: components["schemas"]["RunJob"][];
        };
        /** RunLog */
        RunLog: {
            lines: {
                step: string;
                part: string | null;
                line: string;
            }[];
            total: number;
            next: number | null;
        };
        /** Reject */
        Reject: {
            source: string;
            file: string | null;
            record: string | null;
            /** @enum {string} */
            reason: "malformed_row" | "missing_value" | "invalid_sale_id" | "invalid_product_id" | "invalid_quantity" | "invalid_amount" | "invalid_date" | "invalid_dimension" | "non_positive_quantity" | "non_positive_amount" | "mixed_signs";
            saleId: string | null;
            productId: string | null;
            quantity: string | null;
            saleAmount: string | null;
            saleDate: string | null;
            raw: string | null;
            lines: number | null;
        };
        /** RejectList */
        RejectList: {
            rejects: components["schemas"]["Reject"][];
            total: number;
        };
        /** RunFigures */
        RunFigures: {
            id: string;
            seq: number;
            /** @enum {string} */
            state: "queued" | "extracting" | "transforming" | "loading" | "published" | "previewed" | "failed" | "cancelled" | "superseded";
            trigger: "dashboard" | "api" | "schedule";
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            createdAt: string;
            durationMs: number | null;
            rowsRead: number | null;
            rowsRejected: number | null;
            rejectRatio: number | null;
            amount: string | null;
        };
        /** Overview */
        Overview: {
            published: {
                id: string;
                seq: number;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601
                 */
                at: string;
                products: number | null;
                quantity: string | null;
                amount: string | null;
            } | null;
            freshness: {
                state: "fresh" | "stale" | "unknown";
                expectedAt: string | null;
            };
            next: {
                scheduleId: string;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601
                 */
                at: string;
            } | null;
            unfinished: {
                id: string;
                seq: number;
                /** @enum {string} */
                state: "queued" | "extracting" | "transforming" | "loading" | "published" | "previewed" | "failed" | "cancelled" | "superseded";
            }[];
            runs: components["schemas"]["RunFigures"][];
        };
        /** Summary */
        Summary: {
            products: {
                productId: string;
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
            }[];
            total: number;
            next: number | null;
        };
        /** Version */
        Version: {
            /** @description The run */
            id: string;
            seq: number;
            /** @enum {string} */
            state: "queued" | "extracting" | "transforming" | "loading" | "published" | "previewed" | "failed" | "cancelled" | "superseded";
            finishedAt: string | null;
            publishedAt: string | null;
            /** @description True for what the table shows now */
            isPublished: boolean;
            madeBy: components["schemas"]["MadeBy"] | null;
            from: string | null;
            to: string | null;
            /** @description True if it was not published because publications were held */
            held: boolean;
            files: number;
            products: number;
            /** @description A number as text, so that no digit is lost */
            quantity: string;
            /** @description A number as text, so that no digit is lost */
            amount: string;
            changes: {
                added: number;
                changed: number;
                removed: number;
                unchanged: number;
            } | null;
            bytes: number | null;
            keptUntil: string | null;
            refusal: string | null;
        };
        /** VersionList */
        VersionList: {
            versions: components["schemas"]["Version"][];
            published: components["schemas"]["Version"] | null;
            next: number | null;
            retentionDays: number;
        };
        /** HoldState */
        HoldState: {
            hold: components["schemas"]["Hold"] | null;
        };
        /** ComparisonRow */
        ComparisonRow: {
            source: string | null;
            key: string | null;
            before: {
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
            } | null;
            after: {
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
            } | null;
            difference: {
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
            };
        };
        /** RunComparison */
        RunComparison: {
            before: {
                id: string;
                seq: number;
            };
            after: {
                id: string;
                seq: number;
            };
            by: string;
            /** @description What these two can be compared by */
            possible: string[];
            counts: {
                added: number;
                changed: number;
                removed: number;
                unchanged: number;
            };
            totals: {
                before: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                };
                after: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                };
                difference: {
                    /** @description A number as text, so that no digit is lost */
                    quantity: string;
                    /** @description A number as text, so that no digit is lost */
                    amount: string;
                };
            };
            /** @description Without those that are unchanged */
            rows: components["schemas"]["ComparisonRow"][];
            next: number | null;
        };
        /** DeclaredSource */
        DeclaredSource: {
            name: string;
            kind: "table" | "files";
            table: string | null;
            patterns: string[];
            lastRows: number | null;
        };
        /** SourcesDeclaration */
        SourcesDeclaration: {
            problem: {
                code: string;
                message: string;
            } | null;
            /** @description Whether a run leaves unclaimed files alone, or fails because of them */
            ignoresUnclaimed: boolean;
            sources: components["schemas"]["DeclaredSource"][];
        };
        /** SourceFile */
        SourceFile: {
            name: string;
            bytes: number | null;
            modifiedAt: string | null;
            lastRows: number | null;
            status: "new" | "changed" | "unchanged" | "gone" | "duplicate" | "refused" | "unclaimed" | "ambiguous";
            sameAs: string | null;
            /** @description Where sources are declared: those whose file it is */
            claimedBy?: string[];
        };
        /** Sources */
        Sources: {
            table: {
                name: string;
                lastRows: number | null;
            } | null;
            declaration?: components["schemas"]["SourcesDeclaration"];
            files: components["schemas"]["SourceFile"][];
            lastRun: {
                id: string;
                seq: number;
                finishedAt: string | null;
            } | null;
            truncated: boolean;
        };
        /** TrialForm */
        TrialForm: {
            /**
             * Format: binary
             * @description The file, or the beginning of a larger one: at most 8 MiB. Its first 4 MiB are looked at
             */
            file: string;
            /** @description JSON: for each decision the number of the option, such as {"dates":1} */
            answers?: string;
            /** @description A declaration to try instead of proposing one */
            yaml?: string;
        };
        /** TrialProblem */
        TrialProblem: {
            code: string;
            message: string;
            remedy: string;
            /** @description All faults of a declaration, by their places; empty for anything else */
            faults: {
                line: number;
                column: number;
                message: string;
            }[];
        };
        /** TrialDecision */
        TrialDecision: {
            about: "quantity" | "dates" | "numbers";
            question: string;
            /** @description The likeliest first */
            options: string[];
            /** @description The option by which the proposal was made */
            taken: number;
            isAnswered: boolean;
        };
        /** TrialRow */
        TrialRow: {
            record: number;
            /** @description As it stands in the file, shortened; of a record that cannot be read, its text */
            product: string;
            quantity: string;
            amount: string;
            date: string;
            outcome: "accepted" | "rejected" | "skipped";
            /** @description The reason of a reject, or the rule by which the row is skipped */
            says: string;
            counted: {
                quantity: string;
                amount: string;
                day: string;
            } | null;
        };
        /** Trial */
        Trial: {
            /** @description The name of the source that the file was tried with */
            source: string;
            /** @description Whether all of the file was read */
            isWhole: boolean;
            problem: components["schemas"]["TrialProblem"] | null;
            counts: {
                records: number;
                accepted: number;
                rejected: number;
                skipped: number;
                reasons: {
                    reason: string;
                    rows: number;
                }[];
            } | null;
            totals: {
                products: number;
                /** @description A number as text, so that no digit is lost */
                quantity: string;
                /** @description A number as text, so that no digit is lost */
                amount: string;
                firstDay: string | null;
                lastDay: string | null;
            } | null;
            rows: components["schemas"]["TrialRow"][];
        };
        /** TriedFile */
        TriedFile: {
            file: string;
            bytes: number;
            problem: components["schemas"]["TrialProblem"] | null;
            proposal: {
                yaml: string;
                decisions: components["schemas"]["TrialDecision"][];
            } | null;
            /** @description What is not sure */
            notes: string[];
            trial: components["schemas"]["Trial"] | null;
        };
        /** Schedule */
        Schedule: {
            id: string;
            cron: string;
            tz: string;
            params: {
                /** @description A day, YYYY-MM-DD */
                from?: string;
                /** @description A day, YYYY-MM-DD */
                to?: string;
                /** @description Do everything but the publish */
                dryRun?: boolean;
                /** @description Read every file, also those that an earlier run has read and that are as they were */
                fresh?: boolean;
            };
            paused: boolean;
            origin: "environment" | "api";
            /** @description The next five times; empty while paused */
            next: string[];
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            updatedAt: string;
        };
        /** ScheduleList */
        ScheduleList: {
            schedules: components["schemas"]["Schedule"][];
        };
        /** Me */
        Me: {
            username: string;
            role: "operator" | "viewer";
        };
        /** Session */
        Session: {
            /** @description Ends the session, but does not open it */
            id: string;
            username: string;
            role: "operator" | "viewer";
            /** @description Where it was started from */
            address: string;
            /** @description What the browser calls itself */
            client: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description UTC, ISO 8601
             */
            lastUsedAt: string;
            /** @description The session of this very request */
            current: boolean;
        };
        /** SessionList */
        SessionList: {
            sessions: components["schemas"]["Session"][];
        };
        /** AuditList */
        AuditList: {
            entries: {
                id: number;
                /**
                 * Format: date-time
                 * @description UTC, ISO 8601
                 */
                at: string;
                actor: string;
                address: string;
                action: string;
                detail: {
                    [key: string]: unknown;
                };
            }[];
            next: number | null;
        };
        /** AlertTest */
        AlertTest: {
            channels: {
                channel: string;
                delivered: boolean;
                error: string | null;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
