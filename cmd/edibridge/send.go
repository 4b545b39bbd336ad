package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
)

// sending is what "send" is asked for.
type sending struct {
	file      string // configuration
	partner   string
	agreement string
	key       string
	dryRun    bool
	answers   []string
	parent    string
}

func sendCommand() *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:   "send FILE.json --partner P",
		Short: "hand canonical documents to the running bridge",
		Long: `Hand canonical documents, JSON objects one after the other ("-" is standard
input), to the running bridge for a partner. Each is held against the agreement's
mapping and guide at once: what cannot become a sound document is refused with all
reasons. What is accepted is durable, gets control numbers of its own and goes
where the agreement says. One line each is printed:

  {"id":"..","status":"accepted|duplicate|refused","errors":[{"pointer":..,"rule":..,"message":..}]}

--key makes it safe to send again: the same document under the same key is taken
once. With several documents in the file, the second has the key KEY/2, and so on.
--answers names what the documents answer, so that they stand in its trace; without
it they go on with that of the last document of their order.
--dry-run prints the interchanges that would go out, with control numbers 1, and
needs no running bridge.

Exit status: 0 all accepted, 1 some refused, 2 no bridge to be reached.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	configFlag(cmd, &s.file)
	cmd.Flags().StringVar(&s.partner, "partner", "", "whom they are for (required)")
	cmd.Flags().StringVar(&s.agreement, "agreement", "", "agreement by name, where several are about one kind of document")
	cmd.Flags().StringVar(&s.key, "key", "", "idempotency key")
	cmd.Flags().StringSliceVar(&s.answers, "answers", nil, "transmission, or traceparent of the event, that they answer; may stand several times")
	cmd.Flags().StringVar(&s.parent, "traceparent", "", "W3C trace context in which they are handed in")
	cmd.Flags().BoolVar(&s.dryRun, "dry-run", false, "print the interchanges that would go out")
	return cmd
}

func (s *sending) run(cmd *cobra.Command, file string) error {
	if s.partner == "" {
		return errors.New("--partner is needed: whom the documents are for")
	}
	cfg, sys, err := config.Load(s.file)
	if err != nil {
		return err
	}
	hand := func(doc []byte, n int) (sendResult, error) { return s.preview(cmd, cfg, n, doc) }
	if !s.dryRun {
		to, err := openRemote(cmd.Context(), sys.Data)
		if err != nil {
			return fmt.Errorf("no bridge runs over %s: %w", sys.Data, err)
		}
		defer to.close()
		by := ""
		if u, err := user.Current(); err == nil {
			by = u.Username
		}
		hand = func(doc []byte, n int) (r sendResult, err error) {
			err = to.call(cmd.Context(), callSend, sendRequest{By: by, Partner: s.partner, Agreement: s.agreement, Key: s.keyOf(n),
				Answers: s.answers, TraceParent: s.parent, Document: doc}, &r)
			if errors.Is(err, errUnanswered) {
				err = fmt.Errorf("%w; it may have taken the document", err)
			}
			return r, err
		}
	}
	_, err = oneFile(cmd, file, func(_ string, in io.Reader) (int, error) { return 0, s.each(cmd, in, hand) })
	return err
}

// each hands in document after document, in the order of the file.
func (s *sending) each(cmd *cobra.Command, in io.Reader, hand func(doc []byte, n int) (sendResult, error)) error {
	documents := json.NewDecoder(in)
	refused := false
	for n := 1; ; n++ {
		var doc json.RawMessage
		err := documents.Decode(&doc)
		if err == io.EOF && n > 1 {
			break
		}
		if err != nil {
			return fmt.Errorf("document %d: no JSON: %w", n, err)
		}
		r, err := hand(doc, n)
		if err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		refused = refused || r.Status == sendRefused
		if r.Status != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(r))
		}
	}
	if refused {
		return &exitError{status: exitNo}
	}
	return nil
}

// keyOf is the idempotency key of the nth document.
func (s *sending) keyOf(n int) string {
	if s.key == "" || n == 1 {
		return s.key
	}
	return fmt.Sprintf("%s/%d", s.key, n)
}

// preview prints the interchange that the nth document would leave in, and tells
// what of it does not go with it; the result is empty then, and says why where it is
// refused.
func (s *sending) preview(cmd *cobra.Command, cfg *bridge.Configuration, n int, doc []byte) (sendResult, error) {
	b := bridge.New(bridge.Options{Config: func() *bridge.Configuration { return cfg }})
	out, findings, err := b.Preview(bridge.Submission{Partner: s.partner, Agreement: s.agreement, Document: doc})
	var refused *bridge.Refusal
	if errors.As(err, &refused) {
		return sendResult{Status: sendRefused, Errors: refused.Problems}, nil
	}
	if err != nil {
		return sendResult{}, err
	}
	for i := range findings {
		fmt.Fprintf(cmd.ErrOrStderr(), "document %d: %s\n", n, &findings[i])
	}
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	_, err = cmd.OutOrStdout().Write(out)
	return sendResult{}, err
}
