package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

func buildCommand() *cobra.Command {
	var name, dir, guideName string
	cmd := &cobra.Command{
		Use:   "build FILE...",
		Short: "turn canonical documents into transaction sets",
		Long: `Turn canonical documents, one JSON object a line, into transaction sets and messages,
ST to SE, UNH to UNT. What "map --residue" wrote comes back byte by byte.

A document is held against the guide of its set. One that cannot become a set is
refused: all reasons go to standard error, by JSON Pointer, and nothing of it to
standard output.

Exit status: 0 all written, 1 there were refusals, 2 unreadable.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			langs, err := loadLanguages(guideName)
			if err != nil {
				return err
			}
			if langs.mappings, err = loadMappings(dir); err != nil {
				return err
			}
			return eachFile(cmd, args, func(file string, r io.Reader) (int, error) {
				b := &builder{langs: langs, mapping: name, file: file, out: cmd.OutOrStdout(), errs: cmd.ErrOrStderr()}
				return b.run(r)
			})
		},
	}
	cmd.Flags().StringVar(&name, "mapping", "", "mapping by name; else by the document's standard, release and set")
	cmd.Flags().StringVar(&dir, "mappings", "", "folder of tables laid over those that come with edibridge")
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	return cmd
}

// builder writes the documents of one file.
type builder struct {
	langs     *languages
	mapping   string
	file      string
	out, errs io.Writer
	line      int
	refused   bool
}

// maxDocument bounds a line of JSON: 256 MiB.
const maxDocument = 256 << 20

func (b *builder) run(r io.Reader) (int, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<20), maxDocument)
	for lines.Scan() {
		b.line++
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			if err := b.document(line); err != nil {
				return 0, fmt.Errorf("line %d: %w", b.line, err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	if b.refused {
		return exitNo, nil
	}
	return 0, nil
}

func (b *builder) document(line []byte) error {
	doc, res, err := canonical.DecodeWithResidue(line)
	if err != nil {
		return err
	}
	mp, err := b.find(doc)
	if err != nil {
		return err
	}
	if doc.Head().Standard == "" && mp.Standard() == string(edi.EDIFACT) { // derived with the codes of X12
		if doc, res, err = canonical.DecodeFor(line, mp.Standard()); err != nil {
			return err
		}
	}
	opt := mappings.OutOptions{Residue: res}
	if h := doc.Head(); res == nil {
		opt.Guide, _ = b.langs.guides.Find(edi.Standard(h.Standard), h.Release, mp.Set())
		if b.langs.named != nil && b.langs.named.Set() == mp.Set() {
			opt.Guide = b.langs.named
		}
	}
	out, findings, err := mp.Out(doc, opt)
	if err != nil {
		return err
	}
	refused := false
	for i := range findings {
		refused = refused || findings[i].Severity == edi.Error
		if findings[i].Severity != edi.Info {
			fmt.Fprintf(b.errs, "%s:%d: %s\n", b.file, b.line, &findings[i])
		}
	}
	if refused {
		b.refused = true
		return nil
	}
	_, err = b.out.Write(out)
	return err
}

var errNoMapping = errors.New("there is no mapping")

// find gives the mapping that writes a document.
func (b *builder) find(doc canonical.Document) (*mappings.Mapping, error) {
	lib, h := b.langs.mappings, doc.Head()
	if b.mapping != "" {
		if m := lib.Named(b.mapping); m != nil {
			return m, nil
		}
		return nil, fmt.Errorf("%w %q", errNoMapping, b.mapping)
	}
	if m := lib.Find(h.Standard, h.Release, h.TransactionSet); m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("%w for %s %s %s: name one with --mapping", errNoMapping, h.Standard, h.Release, h.TransactionSet)
}
