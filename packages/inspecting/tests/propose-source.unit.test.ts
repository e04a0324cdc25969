import { describe, expect, test } from 'vitest';
import { proposed } from './tried.js';

const lines = (...texts: readonly string[]): string => `${texts.join('\n')}\n`;

describe('columns and numbers by language', () => {
  test('German: semicolons, decimal comma, points between thousands', async () => {
    const { proposal, trial, outcomes } = await proposed(
      lines(
        'Belegnummer;Filiale;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Umsatz;Datum',
        '1;Köln;0042;Hemd;2;9,95 €;19,90 €;31.01.2026',
        '1;Köln;0043;Schrank;1;1.234,50 €;1.234,50 €;01.02.2026',
      ),
    );
    expect(outcomes).toEqual({ accepted: 2 });
    expect(trial.judged).toMatchObject({ quantity: '3', amount: '1254.40' });
    expect(proposal.source).toMatchObject({
      product: 'text',
      csv: { delimiter: ';' },
      numbers: { decimal: ',', group: '.', currency: '€' },
      dates: '%d.%m.%Y',
      columns: {
        product_id: 'Artikelnummer',
        quantity: 'Menge',
        sale_amount: 'Umsatz',
        sale_date: 'Datum',
        store: 'Filiale',
        sale_id: null,
      },
    });
    expect(proposal.decisions).toEqual([]);
  });

  test('French: accents, spaces between thousands, the day first', async () => {
    const { proposal, trial, outcomes } = await proposed(
      lines(
        'Magasin;Référence;Désignation;Quantité;Prix unitaire;Montant TTC;Date de vente',
        'Lyon;R-1;Chemise;2;9,95;19,90;31/01/2026',
        'Lyon;R-2;Armoire;1;1 234,50;1 234,50;01/02/2026',
        'Lyon;R-2;Armoire;1;1\u00a0234,50;1\u00a0234,50;01/02/2026',
      ),
    );
    expect(outcomes).toEqual({ accepted: 3 });
    expect(trial.judged?.amount).toBe('2488.90');
    expect(proposal.source).toMatchObject({
      numbers: { decimal: ',', group: ' ' },
      dates: '%d/%m/%Y',
      columns: { product_id: 'Référence', quantity: 'Quantité', sale_amount: 'Montant TTC', sale_date: 'Date de vente', store: 'Magasin' },
    });
  });

  test('Spanish: a price where there is no total', async () => {
    const { proposal, trial } = await proposed(
      lines('Fecha;Tienda;Código;Cantidad;Precio', '2026-01-31;Sol;A1;3;2,5', '2026-02-01;Sol;A2;1;10'),
    );
    expect(trial.judged?.amount).toBe('17.50');
    expect(proposal.source).toMatchObject({
      dates: null,
      columns: {
        product_id: 'Código',
        quantity: 'Cantidad',
        sale_amount: { price: 'Precio', less: null },
        sale_date: 'Fecha',
        store: 'Tienda',
      },
    });
  });

  test.each([
    ['Italian', 'Data,Negozio,Codice articolo,Quantità,Importo', 'Importo'],
    ['Portuguese', 'Data da venda,Loja,Código do produto,Quantidade,Valor total', 'Valor total'],
    ['Dutch', 'Verkoopdatum,Winkel,Artikelcode,Aantal,Omzet', 'Omzet'],
    ['English with a slip of the pen', 'sale_date,store,product_id,quantitty,sale_amount', 'sale_amount'],
  ])('%s', async (_, header, amount) => {
    const { proposal, outcomes } = await proposed(lines(header, '2026-01-31,Uno,A1,3,7.50', '2026-02-01,Due,A2,1,10.00'));
    expect(outcomes).toEqual({ accepted: 2 });
    const [date, store, product, quantity] = header.split(',');
    expect(proposal.source.columns).toEqual({
      sale_id: null,
      sale_amount: amount,
      sale_date: date,
      store,
      product_id: product,
      quantity,
    });
  });
});

describe('what nobody can know is asked', () => {
  const dated = (...dates: readonly string[]): string =>
    lines('sku,qty,total,date', ...dates.map((date, index) => `A${index},1,2.50,${date}`));

  test('day and month', async () => {
    const { proposal } = await proposed(dated('03/04/2026', '05/04/2026'));
    expect(proposal.decisions).toMatchObject([{ about: 'dates', taken: 0, isAnswered: false }]);
    expect(proposal.decisions[0]?.options).toHaveLength(2);
    // Both lie in one month if the day comes first.
    expect(proposal.yaml).toContain("\n    dates: '%d/%m/%Y'\n");
    expect(proposal.yaml).toContain("# dates: '%m/%d/%Y'\n");
  });

  test('an answer decides it', async () => {
    const { proposal, trial } = await proposed(dated('03/04/2026', '05/04/2026'), { answers: { dates: 1 } });
    expect(proposal.decisions).toMatchObject([{ about: 'dates', taken: 1, isAnswered: true }]);
    expect(proposal.yaml).not.toContain('DECIDE');
    expect(trial.judged?.days).toEqual({ first: '2026-03-04', last: '2026-05-04' });
  });

  test('a single value above twelve decides it', async () => {
    const { proposal } = await proposed(dated('03/04/2026', '05/04/2026', '04/13/2026'));
    expect(proposal.decisions).toEqual([]);
    expect(proposal.source.dates).toBe('%m/%d/%Y');
  });

  test('a quantity that no column looks like', async () => {
    const text = lines('sku;preis;faktor;datum', 'A;2,50;3;31.01.2026', 'B;1,50;1;31.01.2026');
    const { proposal, trial } = await proposed(text);
    expect(proposal.decisions).toMatchObject([{ about: 'quantity', taken: 0, isAnswered: false }]);
    expect(proposal.yaml).toContain('quantity: { value: 1 }');
    expect(trial.judged?.amount).toBe('4.00');
    const answered = await proposed(text, { answers: { quantity: 1 } });
    expect(answered.proposal.yaml).toContain('quantity: faktor');
    expect(answered.trial.judged?.amount).toBe('9.00');
  });

  test('a comma that may be either', async () => {
    const { proposal } = await proposed(lines('sku;qty;total;date', 'A;1;1,234;2026-01-31', 'B;2;5,678;2026-01-31'));
    expect(proposal.decisions).toMatchObject([{ about: 'numbers', isAnswered: false }]);
    expect(proposal.yaml).toContain("numbers: { decimal: ',' }");
    expect(proposal.yaml).toMatch(/# numbers: \{ group: ',' \}/);
  });

  test.each(['1,234.50', '12,34', '1,234,567'])('a comma that %s decides', async (value) => {
    const { proposal } = await proposed(lines('sku;qty;total;date', 'A;1;1,234;2026-01-31', `B;2;${value};2026-01-31`));
    expect(proposal.decisions).toEqual([]);
    expect(proposal.source.numbers.group).toBe(value === '12,34' ? null : ',');
  });
});

test.each([
  ['2026-01-31T10:00:00Z', null],
  ['31-01-26', '%d-%m-%y'],
  ['20260131', '%Y%m%d'],
  ['31 Jan 2026', '%d %b %Y'],
  ['January 31, 2026', '%B %d, %Y'],
  ['1/31/2026 1:05:09 PM', '%m/%d/%Y %I:%M:%S %p'],
  ['31.1.2026 10:05:09', '%d.%m.%Y %H:%M:%S'],
  ['2026/01/31 10:05:09.123', '%Y/%m/%d %H:%M:%S.%f'],
  ['31/01/2026 10:05 +0200', '%d/%m/%Y %H:%M %z'],
  ['31/01/2026 10:05+0200', '%d/%m/%Y %H:%M%z'],
  ['1/31/2026 10:15PM', '%m/%d/%Y %I:%M%p'],
])('dates as %s are read by %s', async (date, pattern) => {
  const { proposal, trial } = await proposed(lines('sku;qty;total;date', `A;1;2.50;${date}`));
  expect(proposal.source.dates).toBe(pattern);
  expect(trial.judged?.days).toEqual({ first: '2026-01-31', last: '2026-01-31' });
});

test('signs, parentheses, markers, negatives and decimals of quantities', async () => {
  const { proposal, outcomes } = await proposed(
    lines('sku;qty;total;date', 'A;1,5;$2.50;2026-01-31', 'B;-1,0;($1.00);2026-01-31', 'C;2,25;N/A;2026-01-31').replaceAll(
      /(\d),(\d)/g,
      '$1.$2',
    ),
  );
  expect(proposal.yaml).toContain("numbers: { currency: '$', accounting: true }");
  expect(proposal.yaml).toContain('quantity_decimals: 2');
  expect(proposal.yaml).toContain("missing: ['N/A']");
  expect(proposal.yaml).toContain('# returns: net   # lets values below zero count (records with some: 1)');
  expect(outcomes).toEqual({ accepted: 1, missing_value: 1, non_positive_quantity: 1 });
});

test('a price that is not said to be of one piece is doubtful', async () => {
  const noted = async (price: string): Promise<string> =>
    (await proposed(lines(`sku,qty,${price},date`, 'A,2,2.50,2026-01-31', 'B,1,2.50,2026-01-31'))).proposal.notes.join();
  expect(await noted('item-price')).toMatch(/write sale_amount: item-price/);
  expect(await noted('Unit Price')).toBe('');
});

test('several currencies are told', async () => {
  const { proposal } = await proposed(lines('sku,qty,total,currency,date', 'A,1,2.50,EUR,2026-01-31', 'B,1,2.50,USD,2026-01-31'));
  expect(proposal.notes.join()).toMatch(/several currencies \(EUR, USD\)/);
});

test('products are integers only where none would lose a zero', async () => {
  const of = async (...ids: readonly string[]): Promise<string> =>
    (await proposed(lines('sku,qty,total,date', ...ids.map((id) => `${id},1,2.50,2026-01-31`)))).proposal.source.product;
  expect(await of('1', '42')).toBe('integer');
  expect(await of('1', '0042')).toBe('text');
  expect(await of('1', 'A')).toBe('text');
});

test('an id that comes again is none of a sale', async () => {
  const of = async (...ids: readonly string[]): Promise<string | null> =>
    (await proposed(lines('Order ID,sku,qty,total,date', ...ids.map((id) => `${id},A,1,2.50,2026-01-31`)))).proposal.source.columns.sale_id;
  expect(await of('1', '2')).toBe('Order ID');
  expect(await of('1', '1')).toBeNull();
});
