package views

import (
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// orderSaid is what a document says about one order.
type orderSaid struct {
	Kind    string            `json:"kind"`              // of the document
	Action  string            `json:"action,omitempty"`  // see [canonical.Header]
	Number  string            `json:"number,omitempty"`  // the document's own: of the shipment, the invoice
	Order   string            `json:"order"`             // the PO number as it is written here
	Release string            `json:"release,omitempty"` // of a blanket order
	Change  string            `json:"change,omitempty"`  // number of the change within the order
	Date    canonical.Date    `json:"date,omitempty"`    // the document's own
	Type    string            `json:"type,omitempty"`    // of a response: X12 element 587
	Credit  bool              `json:"credit,omitempty"`  // an invoice that gives back
	Amount  canonical.Decimal `json:"amount,omitempty"`  // invoiced, paid
	Money   string            `json:"money,omitempty"`   // ISO 4217
	Refused bool              `json:"refused,omitempty"` // a return that is denied
	// Invoices are those of a payment for the order; "" is the order itself.
	Invoices []string   `json:"invoices,omitempty"`
	Lines    []lineSaid `json:"lines,omitempty"`
	More     int        `json:"more,omitempty"` // lines beyond MaxLines
}

// lineSaid is what it says about one line.
type lineSaid struct {
	ID       string   `json:"id,omitempty"`
	Items    []string `json:"items,omitempty"` // "GTIN 00614141000012", "VN BL-100": see itemKeys
	Change   string   `json:"change,omitempty"`
	Status   string   `json:"status,omitempty"`
	Quantity []Amount `json:"quantity,omitempty"` // what the document is about: ordered, confirmed, shipped
}

// maxItems bounds the identifiers of a line's product.
const maxItems = 5

// itemKeys are what a product is found by: its GTIN first, then what partners call
// it.
func itemKeys(ids []canonical.ProductID) []string {
	var keys []string
	for i := range ids {
		if g := ids[i].GTIN14; g != "" && !slices.Contains(keys, "GTIN "+g) {
			keys = append(keys, "GTIN "+g)
		}
	}
	for i := range ids {
		if id := &ids[i]; id.GTIN14 == "" && id.Value != "" && (id.Use == "" || id.Use == "5" || id.Use == "1") {
			keys = append(keys, id.Scheme+" "+Key(id.Value))
		}
	}
	return keys[:min(len(keys), maxItems)]
}

func (s *orderSaid) line(l lineSaid) {
	if s == nil {
		return
	}
	if len(s.Lines) == MaxLines {
		s.More++
		return
	}
	s.Lines = append(s.Lines, l)
}

// said begins what a document says about an order.
func (g *gathering) said(po string, doc canonical.Document, number string, date canonical.Date) *orderSaid {
	return g.orders.about(Key(po), orderSaid{Kind: doc.Kind(), Action: doc.Head().Action, Number: number, Order: po, Date: date})
}

func (g *gathering) order(d *canonical.Order) {
	s := g.said(d.PONumber, d, "", d.OrderDate)
	if s == nil {
		return
	}
	s.Release = d.ReleaseNumber
	for i := range d.Lines {
		l := &d.Lines[i]
		s.line(lineSaid{ID: l.LineID, Items: itemKeys(l.IDs), Quantity: amounts(nil, l.Quantity)})
	}
}

func (g *gathering) change(d *canonical.OrderChange) {
	s := g.said(d.PONumber, d, d.ChangeNumber, d.ChangeDate)
	if s == nil {
		return
	}
	s.Release, s.Change = d.ReleaseNumber, d.ChangeSequence
	for i := range d.Lines {
		l := &d.Lines[i]
		s.line(lineSaid{ID: l.LineID, Items: itemKeys(l.IDs), Change: l.Change.Type, Quantity: amounts(nil, l.Quantity)})
	}
}

func (g *gathering) response(d *canonical.OrderResponse) {
	s := g.said(d.PONumber, d, d.ResponseNumber, d.ResponseDate)
	if s == nil {
		return
	}
	s.Release, s.Change, s.Type = d.ReleaseNumber, d.ChangeSequence, d.ResponseType
	for i := range d.Lines {
		s.line(responseLine(&d.Lines[i]))
	}
}

// responseLine is what the seller confirms of a line: what he has not refused, nor
// back-ordered, nor kept open.
func responseLine(l *canonical.ResponseLine) lineSaid {
	out := lineSaid{ID: l.LineID, Items: itemKeys(l.IDs)}
	if len(l.Acknowledgments) == 0 {
		out.Status, out.Quantity = "accepted", amounts(nil, l.Quantity)
		return out
	}
	for i := range l.Acknowledgments {
		a := &l.Acknowledgments[i]
		if out.Status == "" || confirms(out.Status) {
			out.Status = a.Status
		}
		if !confirms(a.Status) {
			continue
		}
		q := a.Quantity
		if q.Value == "" {
			q = l.Quantity
		} else if q.UOM == "" && q.UOMUnece == "" {
			q.UOM, q.UOMUnece = l.Quantity.UOM, l.Quantity.UOMUnece
		}
		out.Quantity = amounts(out.Quantity, q)
	}
	return out
}

// confirms reports whether a status of a line says that its quantity comes.
func confirms(status string) bool { return !refuses(status) && !puts(status) }

// refuses reports whether a status says that nothing of its quantity comes. Codes of
// X12 668 and EDIFACT 1229 by the names of their tables.
func refuses(status string) bool {
	switch status {
	case "rejected", "rejectedNoContract", "rejectedProduct", "rejectedUnit", "rejectedUnavailable",
		"deleted", "cancelled", "notAccepted", "itemCancelled", "discontinued":
		return true
	}
	return false
}

// puts reports whether a status puts its quantity off.
func puts(status string) bool {
	switch status {
	case "backordered", "held", "heldIncomplete", "heldWaiver", "schedulePending":
		return true
	}
	return false
}

func (g *gathering) release(d *canonical.WarehouseOrder) {
	if s := g.said(d.PONumber, d, d.DepositorOrder, ""); s != nil {
		s.released(d.Lines)
	}
}

func (s *orderSaid) released(lines []canonical.WarehouseOrderLine) {
	for i := range lines {
		l := &lines[i]
		s.line(lineSaid{ID: l.LineID, Items: itemKeys(l.IDs), Quantity: amounts(nil, l.Quantity)})
		for j := range l.Lines {
			in := &l.Lines[j]
			s.line(lineSaid{ID: in.LineID, Items: itemKeys(in.IDs), Quantity: amounts(nil, in.Quantity)})
		}
	}
}

func (g *gathering) advice(d *canonical.WarehouseAdvice) {
	s := g.said(d.PONumber, d, d.ShipmentID, d.ShippedDate)
	for i := range d.Packages {
		for j := range d.Packages[i].Lines {
			l := &d.Packages[i].Lines[j]
			q := canonical.Quantity{Value: l.Shipped, UOM: l.UOM, UOMUnece: l.UOMUnece}
			s.line(lineSaid{ID: l.LineID, Items: itemKeys(l.IDs), Status: l.Status, Quantity: amounts(nil, q)})
		}
	}
	g.adviceShipment(d)
	g.adviceStock(d)
}

func (g *gathering) notice(d *canonical.ShipmentNotice) {
	for i := range d.Items {
		it := &d.Items[i]
		s := g.said(it.PONumber, d, d.ShipmentID, d.IssuedAt)
		s.line(lineSaid{ID: it.LineID, Items: itemKeys(it.IDs), Status: it.Status, Quantity: amounts(nil, it.Quantity)})
	}
	for i := range d.Packages {
		for _, po := range d.Packages[i].Orders {
			g.said(po, d, d.ShipmentID, d.IssuedAt)
		}
	}
	g.noticeShipment(d)
}

func (g *gathering) invoice(d *canonical.Invoice) {
	about := func(po string) *orderSaid {
		s := g.said(po, d, d.InvoiceNumber, d.InvoiceDate)
		if s != nil {
			s.Credit, s.Amount, s.Money = d.Sign == "-1", d.Totals.Total, d.Currency.Code
		}
		return s
	}
	about(d.PONumber)
	for i := range d.Lines {
		l := &d.Lines[i]
		po := l.PONumber
		if po == "" {
			po = d.PONumber
		}
		about(po).line(lineSaid{ID: l.LineID, Items: itemKeys(l.IDs), Quantity: amounts(nil, l.Quantity)})
	}
}

// paymentSaid is what a remittance says about one invoice.
type paymentSaid struct {
	Number string            `json:"number,omitempty"` // of the payment
	Date   canonical.Date    `json:"date,omitempty"`
	Paid   canonical.Decimal `json:"paid,omitempty"`
	Off    canonical.Decimal `json:"off,omitempty"` // taken off: discount and adjustments
	Money  string            `json:"money,omitempty"`
	Action string            `json:"action,omitempty"`
}

func (g *gathering) remittance(d *canonical.Remittance) {
	for i := range d.Entities {
		for j := range d.Entities[i].Items {
			g.paid(d, &d.Entities[i].Items[j])
		}
	}
}

// paid is one item of a remittance: of an invoice, or of an order itself.
func (g *gathering) paid(d *canonical.Remittance, it *canonical.RemittanceItem) {
	orders, invoice := []string{}, ""
	for i := range it.Refs {
		if it.Refs[i].Scheme == "PO" {
			orders = appendNew(orders, it.Refs[i].Value)
		}
	}
	switch it.ReferenceScheme {
	case "IV", "CM":
		invoice = it.Reference
		p := g.invoices.about(Key(it.Reference), paymentSaid{Number: d.TraceNumber, Date: d.EffectiveDate, Money: d.Currency.Code, Action: d.Action})
		if p != nil {
			p.Paid = plus(p.Paid, it.Paid)
			p.Off = plus(p.Off, plus(size(it.Discount), size(it.Adjusted)))
		}
	case "PO":
		orders = appendNew(orders, it.Reference)
	}
	for _, po := range orders {
		if s := g.said(po, d, d.TraceNumber, d.EffectiveDate); s != nil && len(s.Invoices) < maxList {
			s.Amount, s.Money = plus(s.Amount, it.Paid), d.Currency.Code
			s.Invoices = append(s.Invoices, invoice)
		}
	}
}

// size is the number without its sign: partners write what was taken off with a
// minus, or without.
func size(d canonical.Decimal) canonical.Decimal {
	if r, ok := d.Rat(); ok && r.Sign() < 0 {
		return minus(d)
	}
	return d
}

func (g *gathering) returned(d *canonical.Return) {
	about := func(po string) *orderSaid {
		s := g.said(po, d, d.ReturnNumber, d.ReturnDate)
		if s != nil {
			s.Refused = d.Disposition.Disposition == "RD" || d.Disposition.Allowed == "N"
		}
		return s
	}
	about(d.Order.PONumber)
	for i := range d.Lines {
		l := &d.Lines[i]
		po := l.Order.PONumber
		if po == "" {
			po = d.Order.PONumber
		}
		id := l.Order.LineID
		if id == "" {
			id = l.LineID
		}
		about(po).line(lineSaid{ID: id, Items: itemKeys(l.IDs), Quantity: amounts(nil, l.Quantity)})
	}
}

func (g *gathering) receipt(d *canonical.ReceiptAdvice) {
	s := g.said(d.PONumber, d, d.ReceiptNumber, d.ReceivedDate)
	eachReceived(d.Lines, func(l *canonical.ReceiptLine) {
		s.line(lineSaid{ID: l.LineID, Items: itemKeys(l.IDs), Quantity: amounts(nil, l.Quantity)})
	})
	g.receiptShipment(d)
	g.receiptStock(d)
}

// eachReceived visits lines and the further products within them.
func eachReceived(lines []canonical.ReceiptLine, visit func(*canonical.ReceiptLine)) {
	for i := range lines {
		visit(&lines[i])
		for j := range lines[i].Lines {
			visit(&lines[i].Lines[j])
		}
	}
}
