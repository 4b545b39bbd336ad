package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/internal/config"
)

// maxSaid bounds what is read of one subject.
const maxSaid = 10_000

func viewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "view",
		Short: "tell how far orders and shipments are, and what lies in stock",
		Long: `Tell what the documents say of an order, a shipment or stock: those that partners
sent and those that were sent to them, of everyone who took part. Rejected and
quarantined ones, and repetitions, say nothing.`,
	}
	cmd.AddCommand(viewOrderCommand(), viewShipmentCommand(), viewStockCommand(), viewCheckCommand(false), viewCheckCommand(true))
	return cmd
}

// viewing is what the commands that show something are asked for.
type viewing struct {
	file   string
	asJSON bool
}

func (v *viewing) flags(cmd *cobra.Command) *cobra.Command {
	configFlag(cmd, &v.file)
	cmd.Flags().BoolVar(&v.asJSON, "json", false, "JSON")
	return cmd
}

// show prints what is known of a subject as text or JSON.
func (v *viewing) show(cmd *cobra.Command, value any, text func() string) error {
	out := string(marshal(value)) + "\n"
	if !v.asJSON {
		out = text()
	}
	_, err := fmt.Fprint(cmd.OutOrStdout(), out)
	return err
}

// said reads what was said of a subject; nothing is an error with status 1.
func (v *viewing) said(cmd *cobra.Command, view views.View, key string) (said []views.Said, more bool, err error) {
	err = withReplays(cmd, v.file, func(s *sqlstore.Store) (err error) {
		said, more, err = bridge.AllSaid(cmd.Context(), s, views.Subject{View: view, Key: key}, maxSaid)
		return err
	})
	if err == nil && len(said) == 0 {
		err = &exitError{exitNo, fmt.Errorf("nothing is said of %s %s", view, key)}
	}
	return said, more, err
}

func viewOrderCommand() *cobra.Command {
	var v viewing
	return v.flags(&cobra.Command{
		Use:   "order PO",
		Short: "tell how far an order is, line by line",
		Long: `Tell how far an order is: its state, what was ordered, confirmed, released, shipped,
invoiced and returned of each line, its shipments, invoices and payments, and the
documents that say so. Where two partners use one number, both orders are told.

Exit status: 0 found, 1 no document names it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			said, more, err := v.said(cmd, views.ViewOrder, views.Key(args[0]))
			if err != nil {
				return err
			}
			o := views.FoldOrder(args[0], said)
			o.More = more
			return v.show(cmd, o, func() string { return orderText(&o) })
		},
	})
}

func viewShipmentCommand() *cobra.Command {
	var v viewing
	return v.flags(&cobra.Command{
		Use:   "shipment NUMBER",
		Short: "tell where a shipment is",
		Long: `Tell where a shipment is, by the shipper's number: what is in it, what the carrier
says, and the documents that say so. What the carrier says under his own number is
told where the shipment notice names that; by itself it is found by that number.

Exit status: 0 found, 1 no document names it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			said, more, err := v.said(cmd, views.ViewShipment, views.Key(args[0]))
			if err != nil {
				return err
			}
			s := views.FoldShipment(args[0], said)
			s.More = s.More || more
			return v.show(cmd, s, func() string { return shipmentText(&s) })
		},
	})
}

func viewStockCommand() *cobra.Command {
	var v viewing
	var limit int
	cmd := v.flags(&cobra.Command{
		Use:   "stock [PLACE[/ITEM]]",
		Short: "tell what should lie where",
		Long: `Tell what should lie at a place: what was last counted there, and what came in and
went out since. Without PLACE the places are listed, with PLACE its items; an item
is named by its GTIN, or else by what the depositor calls it.

With --json: one object a place or item.

Exit status: 0 found, 1 nothing is known of it.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return v.places(cmd, limit)
			}
			place, item, whole := strings.Cut(args[0], "/")
			if !whole || item == "" {
				return v.items(cmd, strings.TrimSuffix(views.StockKey(place, ""), "/")+"/", limit)
			}
			key := views.StockKey(place, item)
			said, more, err := v.said(cmd, views.ViewStock, key)
			if err != nil {
				return err
			}
			s := views.FoldStock(key, said)
			s.More = more
			return v.show(cmd, s, func() string { return stockText(&s) })
		},
	})
	cmd.Flags().IntVar(&limit, "limit", 1000, "places or items at most")
	return cmd
}

// places lists the places of which stock is known, going from one to the next.
func (v *viewing) places(cmd *cobra.Command, limit int) error {
	return withReplays(cmd, v.file, func(s *sqlstore.Store) error {
		for after, n := "", 0; ; n++ {
			next, err := s.Subjects(cmd.Context(), bridge.SubjectQuery{View: views.ViewStock, After: after, Limit: 1})
			switch {
			case err != nil:
				return err
			case len(next) == 0 && n == 0:
				return &exitError{exitNo, errors.New("no document speaks of stock")}
			case len(next) == 0:
				return nil
			case n == limit:
				return v.cut(cmd, limit)
			}
			place, _, _ := strings.Cut(next[0], "/")
			if err := v.show(cmd, struct {
				Place string `json:"place"`
			}{place}, func() string { return place + "\n" }); err != nil {
				return err
			}
			after = place + "/\U0010FFFF"
		}
	})
}

// cut tells on standard error that there is more.
func (v *viewing) cut(cmd *cobra.Command, limit int) error {
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "edibridge: the first %d; --limit shows more\n", limit)
	return err
}

// items lists what should lie at one place.
func (v *viewing) items(cmd *cobra.Command, prefix string, limit int) error {
	return withReplays(cmd, v.file, func(s *sqlstore.Store) error {
		keys, err := s.Subjects(cmd.Context(), bridge.SubjectQuery{View: views.ViewStock, Prefix: prefix, Limit: limit + 1})
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return &exitError{exitNo, fmt.Errorf("nothing is known of stock at %s", strings.TrimSuffix(prefix, "/"))}
		}
		for _, key := range keys[:min(len(keys), limit)] {
			said, more, err := bridge.AllSaid(cmd.Context(), s, views.Subject{View: views.ViewStock, Key: key}, maxSaid)
			if err != nil {
				return err
			}
			o := views.FoldStock(key, said)
			o.More = more
			if err := v.show(cmd, o, func() string { return stockLine(&o) }); err != nil {
				return err
			}
		}
		if len(keys) > limit {
			return v.cut(cmd, limit)
		}
		return nil
	})
}

// viewCheckCommand is "view check", and with mend "view rebuild".
func viewCheckCommand(mend bool) *cobra.Command {
	var v viewing
	cmd := &cobra.Command{
		Use:   "check",
		Short: "hold what is stored against the stored bytes",
		Long: `Translate all stored files again, under the configuration, and hold what their
accepted documents say of orders, shipments and stock against what is stored.
Nothing is changed.

Exit status: 0 it is the same, 1 something differs or could not be tried.`,
	}
	if mend {
		cmd.Use, cmd.Short = "rebuild", "make what is stored anew from the stored bytes"
		cmd.Long = `Translate all stored files again, under the configuration, and store what their
accepted documents say of orders, shipments and stock where it differs: as after a
change of a mapping, or for files that came before these views were kept. Documents
that the configuration would not accept any more keep what they said. It may be
broken off and begun again, and works through the running bridge where there is one.

Exit status: 0 done, 1 some files could not be tried.`
	}
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return v.check(cmd, mend) }
	configFlag(cmd, &v.file)
	cmd.Flags().BoolVar(&v.asJSON, "json", false, "one JSON object a file, and one with the sums at the end")
	return cmd
}

// viewSums are what a check came to.
type viewSums struct {
	Files     int `json:"files"`
	Documents int `json:"documents"`
	Facts     int `json:"facts"`
	Differing int `json:"differing"` // documents
	Kept      int `json:"kept"`      // documents that would not be accepted any more
	Failed    int `json:"failed"`    // files that could not be tried
}

func (v *viewing) check(cmd *cobra.Command, mend bool) (err error) {
	cfg, sys, err := config.Load(v.file)
	if err != nil {
		return err
	}
	check := bridge.ViewCheck{Config: cfg}
	if mend {
		d, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.close()) }()
		check.Retell = func(ctx context.Context, r bridge.Retelling) error { return d.call(ctx, callRetell, r, nil) }
	}
	store, err := openStore(cmd.Context(), sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	check.Store, check.Bodies = store, archive.New(dir, archive.Options{})
	var sums viewSums
	if err := check.Run(cmd.Context(), 0, func(f *bridge.FileViews) error { return v.tell(cmd, &sums, f) }); err != nil {
		return err
	}
	differs := "differ"
	if mend {
		differs = "mended"
	}
	err = v.show(cmd, sums, func() string {
		return fmt.Sprintf("%s, %s, %s; %d %s, %d kept as they were, %d files not tried\n", count(sums.Files, "file"),
			count(sums.Documents, "document"), count(sums.Facts, "fact"), sums.Differing, differs, sums.Kept, sums.Failed)
	})
	if err == nil && (sums.Failed > 0 || sums.Differing > 0 && !mend) {
		err = &exitError{status: exitNo}
	}
	return err
}

// tell adds a file to the sums and shows it where there is something to show.
func (v *viewing) tell(cmd *cobra.Command, sums *viewSums, f *bridge.FileViews) error {
	sums.Files++
	sums.Documents += f.Documents
	sums.Facts += f.Facts
	sums.Differing += f.Differing
	sums.Kept += f.Kept
	if f.Reason != "" {
		sums.Failed++
	}
	if !v.asJSON && f.Differing+f.Kept == 0 && f.Reason == "" {
		return nil
	}
	return v.show(cmd, f, func() string {
		if f.Reason != "" {
			return fmt.Sprintf("%s  not tried: %s\n", f.Transmission, f.Reason)
		}
		return fmt.Sprintf("%s  %d of %d documents differ, %d would not be accepted\n", f.Transmission, f.Differing, f.Documents, f.Kept)
	})
}
