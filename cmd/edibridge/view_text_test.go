package main

import (
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

// saidBy is what documents say, one a minute.
func saidBy(partner string, docs ...canonical.Document) (said []views.Said) {
	for i, d := range docs {
		d.Derive()
		d.Head().Partner = partner
		for _, f := range views.Facts(d) {
			said = append(said, views.Said{Fact: f, Document: string(rune('a' + i)), Transmission: "01T" + string(rune('A'+i)), Partner: partner, Direction: "in",
				Mode: "production", Sequence: int64(i), Ordinal: 1, At: time.Date(2026, 11, 23, 9, i, 0, 0, time.Local)})
		}
	}
	return said
}

// only are the facts of one subject.
func only(said []views.Said, view views.View, subject string) (out []views.Said) {
	for _, s := range said {
		if s.View == view && s.Subject == subject {
			out = append(out, s)
		}
	}
	return out
}

// TestViewText: what a person reads.
func TestViewText(t *testing.T) {
	ids := []canonical.ProductID{{Scheme: "VN", Value: "BL-100"}}
	each := func(n canonical.Decimal) canonical.Quantity { return canonical.Quantity{Value: n, UOM: "EA"} }
	warehouse := []canonical.Party{{Role: "warehouse", IDs: []canonical.ID{{Value: "RB02"}}}}
	said := saidBy("acme",
		&canonical.Order{PONumber: "4711", OrderDate: "2026-11-23", Lines: []canonical.Line{{LineID: "1", IDs: ids, Quantity: each("24")}}},
		&canonical.OrderResponse{PONumber: "4711", Lines: []canonical.ResponseLine{{Line: canonical.Line{LineID: "1", Quantity: each("24")},
			Acknowledgments: []canonical.LineAcknowledgment{{Status: "backordered", Quantity: each("4")}, {Status: "accepted", Quantity: each("20")}}}}},
		&canonical.Inventory{ReportNumber: "R1", ReportedAt: "2026-11-24", Parties: warehouse, Lines: []canonical.InventoryLine{
			{IDs: ids, Quantities: []canonical.StockQuantity{{Scheme: "17", Quantity: each("100")}}}}},
		&canonical.WarehouseAdvice{PONumber: "4711", ShipmentID: "S1", ShippedDate: "2026-11-25", Parties: warehouse, Packages: []canonical.WarehousePackage{
			{Lines: []canonical.WarehouseAdviceLine{{IDs: ids, Shipped: "20", UOM: "EA"}}}}},
		&canonical.ShipmentStatus{ShipmentID: "S1", SCAC: "UPSN", Items: []canonical.StatusItem{{Events: []canonical.StatusEvent{
			{Status: "delivered", At: "2026-11-28T10:15", City: "Duluth", Region: "MN"}}}}},
	)
	order := views.FoldOrder("4711", only(said, views.ViewOrder, "4711"))
	shipment := views.FoldShipment("S1", only(said, views.ViewShipment, "S1"))
	stock := views.FoldStock("RB02/BL-100", only(said, views.ViewStock, "RB02/BL-100"))
	for _, c := range []struct{ got, want string }{
		{orderText(&order), `order 4711  PARTLYSHIPPED  acme, 2026-11-23
  line  item       ordered  confirmed  shipped
  1     VN BL-100  24 EA    20 EA      20 EA  backordered
  shipments  S1
  2026-11-23 09:00:00  ordered    in   acme          order  01TA
  2026-11-23 09:01:00  answered   in   acme          orderResponse  01TB
  2026-11-23 09:03:00  shipped    in   acme          warehouseAdvice S1  01TD
`},
		{shipmentText(&shipment), `shipment S1  DELIVERED
  orders             4711
  carrier            UPSN
  shipped            2026-11-25
  delivered          2026-11-28T10:15
  packages           1
  2026-11-28T10:15   delivered             Duluth MN
  2026-11-23 09:03:00  shipped    in   acme          warehouseAdvice  01TD
  2026-11-23 09:04:00  moved      in   acme          shipmentStatus  01TE
`},
		{stockText(&stock), `stock of BL-100 at RB02
  book      80 EA (counted 100 on 2026-11-24, -20 since)
  counted   100 EA, figure 17, 2026-11-24, by acme  01TC
  shipped   -20 EA, 2026-11-25, S1 by acme  01TD
`},
		{stockLine(&stock), "RB02/BL-100  80 EA (counted 100 on 2026-11-24, -20 since)\n"},
	} {
		if got := strings.ReplaceAll(c.got, " \n", "\n"); got != c.want {
			t.Errorf("text\n got %s\nwant %s", got, c.want)
		}
	}
}
