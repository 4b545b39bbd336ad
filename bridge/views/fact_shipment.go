package views

import (
	"slices"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// shipmentSaid is what a document says about one shipment.
type shipmentSaid struct {
	Kind      string         `json:"kind"`
	Action    string         `json:"action,omitempty"`
	Number    string         `json:"number,omitempty"` // as it is written here
	ByCarrier bool           `json:"byCarrier,omitempty"`
	Date      canonical.Date `json:"date,omitempty"`
	Orders    []string       `json:"orders,omitempty"`
	BOL       []string       `json:"bol,omitempty"` // bills of lading
	PRO       []string       `json:"pro,omitempty"` // the carrier's numbers
	Carriers  []string       `json:"carriers,omitempty"`
	Shipped   canonical.Date `json:"shipped,omitempty"`
	Expected  canonical.Date `json:"expected,omitempty"` // delivery, as it is expected
	Received  canonical.Date `json:"received,omitempty"`
	Packages  int            `json:"packages,omitempty"`
	Events    []Milestone    `json:"events,omitempty"`
	More      int            `json:"more,omitempty"` // beyond maxList
}

// Milestone is what a carrier says of a shipment under way. X12 AT7; EDIFACT STS.
type Milestone struct {
	Status string         `json:"status,omitempty"` // see [canonical.StatusEvent]
	Reason string         `json:"reason,omitempty"` // X12 1651; EDIFACT 9013
	At     canonical.Date `json:"at,omitempty"`     // at the place, no offset invented
	Place  string         `json:"place,omitempty"`  // "Duluth MN US"
}

// list appends a text once.
func (s *shipmentSaid) list(to []string, text string) []string {
	if text == "" || slices.Contains(to, text) {
		return to
	}
	if len(to) == maxList {
		s.More++
		return to
	}
	return append(to, text)
}

// refs takes the references that say how the shipment is called elsewhere.
func (s *shipmentSaid) refs(refs []canonical.Ref, edifact bool) {
	for i := range refs {
		switch r := &refs[i]; r.Scheme {
		case "BM", "MB":
			s.BOL = s.list(s.BOL, r.Value)
		case "AAS":
			if edifact {
				s.BOL = s.list(s.BOL, r.Value)
			}
		case "CN":
			s.PRO = s.list(s.PRO, r.Value)
		case "PO":
			s.Orders = s.list(s.Orders, r.Value)
		case "ON":
			if edifact {
				s.Orders = s.list(s.Orders, r.Value)
			}
		}
	}
}

// dates takes when it left and when it is expected. X12 374 011, 017; EDIFACT 2005
// 11, 17; of G62 (432) 11, 17.
func (s *shipmentSaid) dates(dates []canonical.DateEntry) {
	for i := range dates {
		switch d := &dates[i]; strings.TrimLeft(d.Scheme, "0") {
		case "11":
			s.Shipped = firstDate(s.Shipped, d.At)
		case "17":
			s.Expected = firstDate(s.Expected, d.At)
		}
	}
}

func firstDate(a, b canonical.Date) canonical.Date {
	if a != "" {
		return a
	}
	return b
}

func (s *shipmentSaid) carriers(routing []canonical.Carrier) {
	for i := range routing {
		s.Carriers = s.list(s.Carriers, routing[i].ID)
	}
}

func (g *gathering) noticeShipment(d *canonical.ShipmentNotice) {
	s := g.shipments.about(Key(d.ShipmentID), shipmentSaid{Kind: d.Kind(), Action: d.Action, Number: d.ShipmentID, Date: d.IssuedAt})
	if s == nil {
		return
	}
	edifact := d.Standard == "EDIFACT"
	s.refs(d.Refs, edifact)
	s.dates(d.Dates)
	s.carriers(d.Routing)
	for i := range d.Levels {
		l := &d.Levels[i]
		s.refs(l.Refs, edifact)
		s.dates(l.Dates)
		s.carriers(l.Routing)
	}
	for _, po := range g.orders.subjects {
		s.Orders = s.list(s.Orders, g.orders.by[po].Order)
	}
	s.Packages = len(d.Packages)
}

func (g *gathering) adviceShipment(d *canonical.WarehouseAdvice) {
	s := g.shipments.about(Key(d.ShipmentID), shipmentSaid{Kind: d.Kind(), Action: d.Action, Number: d.ShipmentID, Date: d.ShippedDate, Shipped: d.ShippedDate})
	if s == nil {
		return
	}
	s.refs(d.Refs, d.Standard == "EDIFACT")
	s.dates(d.Dates)
	s.Orders = s.list(s.Orders, d.PONumber)
	s.BOL = s.list(s.BOL, d.Transport.Consolidation.BillOfLading)
	s.Carriers = s.list(s.Carriers, d.Transport.SCAC)
	s.Packages = len(d.Packages)
}

func (g *gathering) receiptShipment(d *canonical.ReceiptAdvice) {
	s := g.shipments.about(Key(d.ShipmentID), shipmentSaid{Kind: d.Kind(), Action: d.Action, Number: d.ShipmentID, Date: d.ReceivedDate, Received: d.ReceivedDate})
	if s != nil {
		s.Orders = s.list(s.Orders, d.PONumber)
		s.Carriers = s.list(s.Carriers, d.Transport.SCAC)
	}
}

// status is what a carrier says: about the shipment by the shipper's number, or
// where he does not give it by his own.
func (g *gathering) status(d *canonical.ShipmentStatus) {
	for i := range d.Items {
		it := &d.Items[i]
		number, own := it.ShipmentID, false
		if number == "" {
			number = d.ShipmentID
		}
		if number == "" {
			number, own = d.ReferenceNumber, true
		}
		s := g.shipments.about(Key(number), shipmentSaid{Kind: d.Kind(), Action: d.Action, Number: number, ByCarrier: own, Date: d.SentAt})
		if s == nil {
			continue
		}
		edifact := d.Standard == "EDIFACT"
		s.PRO = s.list(s.PRO, d.ReferenceNumber)
		s.Carriers = s.list(s.Carriers, d.SCAC)
		s.refs(d.Refs, edifact)
		s.refs(it.Refs, edifact)
		for j := range it.Orders {
			s.Orders = s.list(s.Orders, it.Orders[j].PONumber)
		}
		s.events(it.Events)
	}
}

func (s *shipmentSaid) events(events []canonical.StatusEvent) {
	for i := range events {
		e := &events[i]
		if len(s.Events) == maxList {
			s.More++
			continue
		}
		status := e.Status
		if status == "" {
			status = e.StatusCode
		}
		place := strings.Join(strings.Fields(e.City+" "+e.Region+" "+e.Country), " ")
		if place == "" {
			place = e.Location.Value
		}
		s.Events = append(s.Events, Milestone{status, e.Reason, e.At, place})
	}
}
