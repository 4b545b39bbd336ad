package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// Files of a case.
const (
	caseIn        = "in.edi"
	caseCanonical = "canonical.json"
	caseFindings  = "findings.txt"
	caseOut       = "out.edi"
)

// testCase is one case: what stands in its folder, and what came out.
type testCase struct {
	folder string
	cfg    *bridge.Configuration
	got    map[string][]byte // by file
}

// run makes what the case is about.
func (c *testCase) run() error {
	c.got = map[string][]byte{}
	in, err := os.Open(filepath.Join(c.folder, caseIn))
	if errors.Is(err, fs.ErrNotExist) {
		return c.send()
	}
	if err != nil {
		return err
	}
	defer in.Close()
	return c.receive(in)
}

// receive reads in.edi, and writes its documents again.
func (c *testCase) receive(in io.Reader) error {
	t, err := c.cfg.Try(in)
	if err != nil {
		return err
	}
	findings := slices.Clone(t.Findings)
	var documents []canonical.Document
	var out bytes.Buffer
	for i := range t.Sets {
		s := &t.Sets[i]
		findings = append(findings, s.Findings...)
		if s.Document == nil {
			continue
		}
		documents = append(documents, s.Document)
		raw, fs, err := s.Mapping.Out(s.Document, mappings.OutOptions{LineBreak: "\n"})
		if err != nil {
			return err
		}
		findings = append(findings, fs...)
		out.Write(raw)
	}
	c.got[caseFindings] = findingLines(findings)
	c.got[caseOut] = out.Bytes()
	c.got[caseCanonical], err = pretty(documents)
	return err
}

// sentAt is the time in the envelopes of what cases send.
var sentAt = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// send makes the interchanges of canonical.json.
func (c *testCase) send() error {
	text, err := os.ReadFile(filepath.Join(c.folder, caseCanonical))
	if err != nil {
		return err
	}
	b := bridge.New(bridge.Options{Config: func() *bridge.Configuration { return c.cfg }, Now: func() time.Time { return sentAt }})
	documents, err := rawDocuments(text)
	if err != nil {
		return fmt.Errorf("%s: %w", caseCanonical, err)
	}
	var out bytes.Buffer
	var findings []edi.Finding
	for _, doc := range documents {
		var head struct{ Partner, Agreement string }
		if err := json.Unmarshal(doc, &head); err != nil {
			return fmt.Errorf("%s: %w", caseCanonical, err)
		}
		if head.Partner == "" {
			head.Partner = partnerOf(c.folder)
		}
		sent, _, err := b.Preview(bridge.Submission{Partner: head.Partner, Agreement: head.Agreement, Document: doc})
		var refused *bridge.Refusal
		if errors.As(err, &refused) {
			for _, p := range refused.Problems {
				findings = append(findings, edi.Finding{Severity: edi.Error, Rule: p.Rule, Path: edi.Path(p.Pointer)})
			}
			continue
		}
		if err != nil {
			return err
		}
		out.Write(sent)
		if !bytes.HasSuffix(sent, []byte("\n")) {
			out.WriteByte('\n')
		}
	}
	c.got[caseFindings], c.got[caseOut] = findingLines(findings), out.Bytes()
	return nil
}

// partnerOf is the partner in whose folder a case stands:
// partners/PARTNER/cases/CASE.
func partnerOf(folder string) string {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	return filepath.Base(filepath.Dir(filepath.Dir(abs)))
}

// rawDocuments are the documents of a file: a JSON array of them, or one after
// the other.
func rawDocuments(text []byte) ([]json.RawMessage, error) {
	var all []json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return all, json.Unmarshal(text, &all)
	}
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var one json.RawMessage
		if err := d.Decode(&one); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
}

// pretty is documents as a JSON array that people read and compare.
func pretty(documents []canonical.Document) ([]byte, error) {
	all := make([]json.RawMessage, 0, len(documents))
	for _, d := range documents {
		one, err := canonical.Encode(d, nil, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return append(text, '\n'), err
}

// findingLines has a line for each finding but tolerances that were used.
func findingLines(fs []edi.Finding) []byte {
	var b bytes.Buffer
	for i := range fs {
		if fs[i].Severity == edi.Info {
			continue
		}
		fmt.Fprintln(&b, strings.TrimSpace(fmt.Sprintf("%s %s %s", fs[i].Severity, fs[i].Rule, fs[i].Path)))
	}
	return b.Bytes()
}

// update writes what came out: findings and the canonical document always, out.edi
// where it stands already and for what we send.
func (c *testCase) update() error {
	for name, text := range c.got {
		file := filepath.Join(c.folder, name)
		_, err := os.Stat(file)
		here := err == nil
		_, received := c.got[caseCanonical]
		switch {
		case name == caseFindings && len(text) == 0:
			if here {
				err = os.Remove(file)
			} else {
				err = nil
			}
		case name == caseOut && received && !here:
			err = nil
		default:
			err = os.WriteFile(file, text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tell compares and says how the case ended; true: it differs from what is
// expected. Without findings.txt nothing may be found that rejects.
func (c *testCase) tell(w io.Writer, updated bool) (bool, error) {
	var diffs strings.Builder
	for _, name := range []string{caseFindings, caseCanonical, caseOut} {
		got, made := c.got[name]
		want, err := os.ReadFile(filepath.Join(c.folder, name))
		switch {
		case !made || errors.Is(err, fs.ErrNotExist) && name != caseFindings:
			continue
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
		if !bytes.Equal(got, want) {
			fmt.Fprintf(&diffs, "  %s: - expected, + came out\n%s", name, diffLines(string(want), string(got)))
		}
	}
	verdict := "ok   "
	switch {
	case updated:
		verdict = "wrote"
	case diffs.Len() > 0:
		verdict = "FAIL "
	}
	_, err := fmt.Fprintf(w, "%s %s\n%s", verdict, c.folder, diffs.String())
	return diffs.Len() > 0, err
}
