/** What a column may be. `price` and `less` make up an amount where there is none. */
export type Role = 'sale_id' | 'product_id' | 'quantity' | 'sale_amount' | 'price' | 'less' | 'sale_date' | 'store' | 'currency';

/** Names of a role, by how surely they mean it, 0 to 1. In small letters without marks; a comma is between two names. */
export interface RoleWords {
  readonly names: readonly (readonly [weight: number, names: string])[];
  /** Words that say that it is something else. */
  readonly not: string;
}

/** English, German, French, Spanish, Italian, Portuguese and Dutch. */
export const WORDS: Readonly<Record<Role, RoleWords>> = {
  sale_id: {
    names: [
      [
        1,
        'sale id, transaction id, transaction number, order line id, line id, row id, order item id, invoice item number, lineitem id, position id, uuid, verkaufsnummer, verkaufs id, vorgangsnummer, buchungsnummer, belegposition, lfd nr, laufende nummer, id vente, numero de vente, id venta, numero venta, id transaccion, id vendita, numero vendita, id transazione, id venda, numero venda, verkoop id, verkoopnummer, transactie id, regelnummer',
      ],
      [
        0.7,
        'id, order id, order number, invoice number, invoice no, invoice, receipt number, receipt, bill no, ticket, bon nr, bonnummer, beleg, belegnummer, belegnr, beleg nr, bestellnummer, auftragsnummer, rechnungsnummer, numero ticket, numero facture, facture, commande, factura, pedido, numero pedido, fattura, scontrino, ordine, nota fiscal, factuurnummer, ordernummer, kassabon',
      ],
    ],
    not: 'customer, client, kunde, kunden, cliente, klant, store, shop, product, artikel, retailer, vendor, user',
  },
  product_id: {
    names: [
      [
        1,
        'product id, product code, product number, product no, sku, lineitem sku, item number, item no, item id, item code, article number, article no, article id, artikelnummer, artikelnr, artikel nr, artikel id, art nr, artnr, materialnummer, produktnummer, produkt nr, produkt id, ean, gtin, upc, barcode, stock code, plu, isbn, asin, reference, ref, ref produit, reference produit, reference article, code article, code produit, numero article, referencia, codigo, codigo producto, codigo de producto, codigo articulo, cod articulo, codice, codice articolo, codice prodotto, cod articolo, codigo produto, codigo do produto, referencia produto, artikelcode, productcode, productnummer, strichcode, modellnummer, style number',
      ],
      [0.8, 'product, item, article, artikel, produkt, produit, producto, articulo, prodotto, articolo, produto, artigo'],
      [
        0.6,
        'product name, item name, itemname, artikelname, produktname, artikelbezeichnung, bezeichnung, nom produit, designation, libelle, nombre producto, descripcion, nome prodotto, descrizione, nome produto, descricao, productnaam, omschrijving, description, item description, lineitem name, product title',
      ],
    ],
    not: 'category, kategorie, categorie, categoria, group, gruppe, groupe, grupo, gruppo, type, invoice, order, line, price, preis, count, sub, customer',
  },
  quantity: {
    names: [
      [
        1,
        'quantity, qty, units, units sold, quantity sold, qty sold, quantity ordered, pieces, pcs, bottles sold, items sold, lineitem quantity, menge, verkaufte menge, verkaufsmenge, anzahl, stueck, stuck, stk, stueckzahl, stuckzahl, absatz, quantite, quantite vendue, qte, unites, unites vendues, cantidad, cant, cantidad vendida, unidades, unidades vendidas, quantita, quantita venduta, qta, pezzi, quantidade, quantidade vendida, qtd, qtde, aantal, aantal verkocht, hoeveelheid, stuks',
      ],
      [0.6, 'sold, count, verkauft, vendu, vendido, venduto, nombre, number of units, volume'],
    ],
    not: 'pack, stock, bestand, liters, litres, gallons, ml, price, per, returned, free, weight, gewicht',
  },
  sale_amount: {
    names: [
      [
        1,
        'sale amount, sales amount, total sales, sale, sales, revenue, turnover, line total, total amount, net sales, gross sales, net amount, extended price, ext price, sale dollars, total price, sales value, net revenue, umsatz, umsatz brutto, umsatz netto, bruttoumsatz, nettoumsatz, gesamt, gesamtbetrag, gesamtpreis, zeilenbetrag, positionsbetrag, erlos, erloes, montant, montant ttc, montant ht, chiffre d affaires, ca ttc, ca ht, prix total, total ligne, total ttc, importe, importe total, monto, monto total, ventas, total venta, precio total, facturacion, importo, importo totale, fatturato, ricavo, prezzo totale, valor total, valor da venda, receita, faturamento, montante, preco total, omzet, totaalbedrag, regelbedrag, totaalprijs',
      ],
      [0.8, 'amount, total, betrag, summe, totale, totaal, bedrag, valor, ca'],
      [0.5, 'subtotal, value, wert, valeur, valore, waarde'],
    ],
    not: 'tax, vat, mwst, ust, tva, iva, btw, cost, kosten, cout, coste, costo, profit, gewinn, margin, discount, rabatt, remise, descuento, sconto, desconto, korting, shipping, versand, tip, percent, unit, einzel, method, rep, person, channel, weight, outstanding, refunded, quantity',
  },
  price: {
    names: [
      [
        1,
        'price, unit price, price per unit, item price, lineitem price, sale price, selling price, retail price, price each, preis, einzelpreis, stueckpreis, stuckpreis, vk, vk preis, verkaufspreis, preis pro stuck, prix, prix unitaire, prix de vente, pu, precio, precio unitario, precio de venta, prezzo, prezzo unitario, prezzo di vendita, preco, preco unitario, preco de venda, valor unitario, prijs, stuksprijs, eenheidsprijs, verkoopprijs, rate',
      ],
    ],
    not: 'compare, cost, list, msrp, original, old, purchase, ek, einkauf, total, gesamt, group',
  },
  less: {
    names: [
      [
        1,
        'discount, discount amount, line discount, lineitem discount, rabatt, rabattbetrag, nachlass, remise, descuento, sconto, desconto, korting',
      ],
    ],
    not: 'code, percent, rate, prozent, name, allocations',
  },
  sale_date: {
    names: [
      [
        1,
        'sale date, sales date, date, order date, invoice date, transaction date, purchase date, date of sale, created at, order time, datum, verkaufsdatum, bestelldatum, rechnungsdatum, belegdatum, buchungsdatum, auftragsdatum, kaufdatum, verkaufstag, date vente, date de vente, date commande, date de commande, date facture, date de facture, fecha, fecha venta, fecha de venta, fecha pedido, fecha de pedido, fecha factura, data, data vendita, data di vendita, data ordine, data fattura, data venda, data da venda, data do pedido, data pedido, verkoopdatum, orderdatum, besteldatum, factuurdatum, datetime, timestamp, sold at, sold on, completed at',
      ],
      [0.7, 'day, tag, jour, dia, giorno, dag, time, zeit, horodatage'],
    ],
    not: 'ship, shipped, shipping, delivery, delivered, due, birth, geburtsdatum, updated, modified, paid, cancelled, fulfilled, lieferdatum, versanddatum, livraison, expedition, envio, entrega, consegna, spedizione, levering, end, expiry',
  },
  store: {
    names: [
      [
        1,
        'store, store number, store id, store no, store name, store code, shop, shop id, branch, branch id, filiale, filialnummer, filial nr, filiale nr, filialname, laden, markt, marktnummer, standort, magasin, boutique, point de vente, tienda, sucursal, negozio, punto vendita, loja, filial, winkel, winkelnummer, filiaal, vestiging, retailer, outlet',
      ],
      [0.6, 'location, site, channel, kanal, kasse, region, country, land, pays, pais, paese, warehouse, source'],
    ],
    not: 'customer, billing, shipping, kunde, address, birth, retailer id, type',
  },
  currency: {
    names: [[1, 'currency, currency code, wahrung, waehrung, devise, moneda, valuta, moeda, divisa']],
    not: '',
  },
};
