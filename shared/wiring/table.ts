/** The one table's schema: what infrastructure creates and adapters address (ARCHITECTURE 3). */
export const tableSchema = { partitionKey: 'pk', sortKey: 'sk', ttl: 'ttl' } as const;
