package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

// What is shown of one order or item to a person at most; --json shows all.
const (
	maxShownLines = 100
	maxShownSteps = 100
)

// orderText shows the orders of a number to a person.
func orderText(o *views.Orders) string {
	var b strings.Builder
	for i := range o.Orders {
		if i > 0 {
			b.WriteByte('\n')
		}
		writeOrder(&b, &o.Orders[i])
	}
	writeLimits(&b, o.Unread, o.More)
	return b.String()
}

// writeLimits says what is not told.
func writeLimits(b *strings.Builder, unread int, more bool) {
	if unread > 0 {
		fmt.Fprintf(b, "%d facts are of another version: \"edibridge view rebuild\" makes them anew\n", unread)
	}
	if more {
		fmt.Fprintf(b, "there is more than is told here (the first %d facts)\n", maxSaid)
	}
}

func writeOrder(b *strings.Builder, o *views.Order) {
	about := strings.Join(strings.Fields(o.Partner+" "+string(o.Date)), ", ")
	fmt.Fprintf(b, "order %s  %s  %s\n", o.Number, strings.ToUpper(string(o.State)), about)
	for _, note := range []struct {
		holds bool
		text  string
	}{
		{o.Mode == "test", "a test"},
		{o.Cancelled && o.State != views.OrderCancelled, "it was cancelled after something had happened"},
		{o.Shared, "other partners use this number too: what others say of it may be about either"},
		{o.State == views.OrderNamed || o.Direction == "", "the order itself is not known"},
		{o.More > 0, fmt.Sprintf("%d lines of its documents are not kept", o.More)},
	} {
		if note.holds {
			fmt.Fprintf(b, "  %s\n", note.text)
		}
	}
	writeLines(b, o.Lines)
	if len(o.Shipments) > 0 {
		fmt.Fprintf(b, "  shipments  %s\n", someOf(o.Shipments))
	}
	for i := range o.Invoices {
		v := &o.Invoices[i]
		what := "invoice"
		if v.Credit {
			what = "credit note"
		}
		fmt.Fprintf(b, "  %s %s  %s %s %s", what, v.Number, v.Date, v.Amount, v.Currency)
		switch {
		case v.Settled:
			fmt.Fprintf(b, "  paid %s, taken off %s\n", v.Paid, cmp.Or(v.Off, "0"))
		case v.Paid != "":
			fmt.Fprintf(b, "  paid in part: %s, taken off %s\n", v.Paid, cmp.Or(v.Off, "0"))
		default:
			fmt.Fprint(b, "  not paid\n")
		}
	}
	for i, s := range o.Steps {
		if i == maxShownSteps {
			fmt.Fprintf(b, "  and %d documents more (--json)\n", len(o.Steps)-i)
			break
		}
		b.WriteString(stepText{s.At, s.What, s.Direction, s.Partner, strings.TrimSpace(s.Kind + " " + s.Number), s.Transmission, s.Counts}.line())
	}
}

// someOf is a list of at most ten, and how many more.
func someOf(list []string) string {
	const most = 10
	text := strings.Join(list[:min(len(list), most)], ", ")
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// writeLines shows lines as a table, without columns that are empty throughout.
func writeLines(b *strings.Builder, lines []*views.OrderLine) {
	columns := []struct {
		name string
		of   func(*views.OrderLine) views.Amounts
	}{
		{"ordered", func(l *views.OrderLine) views.Amounts { return l.Ordered }},
		{"confirmed", func(l *views.OrderLine) views.Amounts { return l.Confirmed }},
		{"released", func(l *views.OrderLine) views.Amounts { return l.Released }},
		{"shipped", func(l *views.OrderLine) views.Amounts { return l.Shipped }},
		{"received", func(l *views.OrderLine) views.Amounts { return l.Received }},
		{"invoiced", func(l *views.OrderLine) views.Amounts { return l.Invoiced }},
		{"returned", func(l *views.OrderLine) views.Amounts { return l.Returned }},
	}
	if len(lines) == 0 {
		return
	}
	shown := columns[:0]
	header := "  line\titem"
	for _, c := range columns {
		for _, l := range lines {
			if len(c.of(l)) > 0 {
				shown = append(shown, c)
				header += "\t" + c.name
				break
			}
		}
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, header)
	for i, l := range lines {
		if i == maxShownLines {
			fmt.Fprintf(w, "  and %d lines more (--json)\n", len(lines)-i)
			break
		}
		item := ""
		if len(l.Items) > 0 {
			item = l.Items[0]
		}
		fmt.Fprintf(w, "  %s\t%s", cmp.Or(l.LineID, "-"), item)
		for _, c := range shown {
			fmt.Fprint(w, "\t"+amountsText(c.of(l)))
		}
		if note := lineNote(l); note != "" {
			fmt.Fprint(w, "\t"+note)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

// lineNote is what a person must know beside the quantities.
func lineNote(l *views.OrderLine) string {
	var notes []string
	if l.Status != "" && l.Status != "accepted" {
		notes = append(notes, l.Status)
	}
	if !l.Known {
		notes = append(notes, "not in the order")
	}
	if l.UnitsDiffer {
		notes = append(notes, "units differ")
	}
	return strings.Join(notes, ", ")
}

func amountsText(a views.Amounts) string {
	var parts []string
	for _, x := range a.List() {
		parts = append(parts, strings.TrimSpace(string(x.Value)+" "+x.Unit))
	}
	return strings.Join(parts, " + ")
}

// stepText is one document as a person reads it.
type stepText struct {
	at                                               time.Time
	what, direction, partner, document, transmission string
	counts                                           bool
}

// line says of what does not count any more that it does not.
func (s stepText) line() string {
	note := ""
	if !s.counts {
		note = "  (taken back or replaced)"
	}
	return fmt.Sprintf("  %s  %-9s  %-3s  %-12s  %s  %s%s\n", s.at.Local().Format("2006-01-02 15:04:05"), s.what, s.direction, s.partner, s.document, s.transmission, note)
}

// shipmentText shows a shipment to a person.
func shipmentText(s *views.Shipment) string {
	var b strings.Builder
	fmt.Fprintf(&b, "shipment %s  %s\n", s.Number, strings.ToUpper(string(s.State)))
	for _, row := range []struct {
		name  string
		value string
	}{
		{"orders", someOf(s.Orders)}, {"bill of lading", someOf(s.BOL)}, {"carrier", someOf(s.Carriers)}, {"carrier's number", someOf(s.PRO)},
		{"shipped", string(s.Shipped)}, {"expected", string(s.Expected)}, {"delivered", string(s.Delivered)},
	} {
		if row.value != "" {
			fmt.Fprintf(&b, "  %-17s  %s\n", row.name, row.value)
		}
	}
	if s.Packages > 0 {
		fmt.Fprintf(&b, "  %-17s  %d\n", "packages", s.Packages)
	}
	for i, m := range s.Milestones {
		if i == maxShownLines {
			fmt.Fprintf(&b, "  and %d milestones more (--json)\n", len(s.Milestones)-i)
			break
		}
		line := strings.TrimRight(fmt.Sprintf("  %-17s  %-20s  %s  %s", m.At, m.Status, m.Place, m.Reason), " ")
		b.WriteString(line + "\n")
	}
	for i, st := range s.Steps {
		if i == maxShownSteps {
			fmt.Fprintf(&b, "  and %d documents more (--json)\n", len(s.Steps)-i)
			break
		}
		b.WriteString(stepText{st.At, st.What, st.Direction, st.Partner, st.Kind, st.Transmission, st.Counts}.line())
	}
	writeLimits(&b, s.Unread, s.More)
	return b.String()
}

// stockLine shows an item in a list.
func stockLine(s *views.Stock) string {
	var parts []string
	for _, book := range s.Book {
		parts = append(parts, bookText(&book))
	}
	if len(parts) == 0 {
		parts = append(parts, "no count on hand")
	}
	return fmt.Sprintf("%s  %s\n", s.Subject, strings.Join(parts, "; "))
}

// bookText is "113 EA (counted 100 on 2026-11-24, +13 since)".
func bookText(b *views.StockBook) string {
	value := strings.TrimSpace(string(b.Value.Value) + " " + b.Value.Unit)
	if !b.Counted {
		return value + " (never counted: movements alone)"
	}
	since := ""
	if b.Since != "" {
		since = " on " + string(b.Since)
	}
	return fmt.Sprintf("%s (counted %s%s, %s since)", value, b.Base, since, signed(b.Moved))
}

func signed(d canonical.Decimal) string {
	if strings.HasPrefix(string(d), "-") {
		return string(d)
	}
	return "+" + string(d)
}

// stockText shows an item with where its figures come from.
func stockText(s *views.Stock) string {
	var b strings.Builder
	fmt.Fprintf(&b, "stock of %s at %s\n", s.Item, s.Place)
	for i := range s.Book {
		fmt.Fprintf(&b, "  book      %s\n", bookText(&s.Book[i]))
	}
	for _, c := range s.Counts {
		fmt.Fprintf(&b, "  counted   %s %s, figure %s, %s, by %s  %s\n", c.Value.Value, c.Value.Unit, cmp.Or(c.Scheme, "-"), c.Date, c.Partner, c.Transmission)
	}
	for i, m := range s.Movements {
		if i == maxShownLines {
			fmt.Fprintf(&b, "  and %d movements more (--json)\n", len(s.Movements)-i)
			break
		}
		fmt.Fprintf(&b, "  %-9s %s %s, %s, %s by %s  %s\n", m.What, signed(m.Value.Value), m.Value.Unit, m.Date, cmp.Or(m.Number, "-"), m.Partner, m.Transmission)
	}
	writeLimits(&b, s.Unread, s.More)
	return b.String()
}
