package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// Three identities are judged here, each outcome-aware: what failed before never
// blocks what is good now. A key that a Transmission claims and then has no use
// for is given free again.

// bytesKey is the identity of the bytes from this peer.
func (t *translation) bytesKey() SeenKey {
	return SeenKey{Kind: "bytes", Value: bodyPeer(t.tr.Endpoint, t.tr.Peer) + " " + hex.EncodeToString(t.tr.Body.SHA256[:])}
}

// controlKey is the identity of an interchange by its control number.
func controlKey(ic *interchange) SeenKey {
	return SeenKey{Kind: "control", Value: strings.Join([]string{string(ic.Standard), partyText(ic.Sender), partyText(ic.Receiver), string(ic.Mode), ic.Control}, " ")}
}

// owner gives who owns a key, or nil. While another Transmission that owns it is
// not translated yet, its outcome is unknown: errWait. A younger one is waited
// for only while nothing of ours is committed: so no two wait for each other.
func (t *translation) owner(ctx context.Context, k SeenKey) (*Seen, error) {
	seen, err := t.b.o.Store.Seen(ctx, []SeenKey{k})
	if err != nil {
		return nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	if len(seen) == 0 {
		return nil, nil
	}
	s := seen[0]
	if s.Transmission != t.tr.ID && !s.Finished && (s.Sequence < t.tr.Sequence || t.done.Slices == 0) {
		return nil, errWait
	}
	return &s, nil
}

// bytesSeen gives who brought the same bytes before, with effect.
func (t *translation) bytesSeen(ctx context.Context) (*Seen, error) {
	k := t.bytesKey()
	s, err := t.owner(ctx, k)
	switch {
	case err != nil:
		return nil, err
	case s != nil && s.Transmission == t.tr.ID:
		return nil, nil
	case s == nil && t.done.Slices == 0:
		t.s.sees = append(t.s.sees, Seen{SeenKey: k, Transmission: t.tr.ID})
	}
	return s, nil
}

// repeat answers bytes that were understood before: with the first answers
// again, and with no other effect.
func (t *translation) repeat(ctx context.Context, first *Seen) error {
	f := t.fileFinding("bridge.duplicate.bytes", "the same bytes as transmission "+string(first.Transmission))
	f.Severity = edi.Info
	t.note(f)
	family, err := t.b.o.Store.Family(ctx, []ID{first.Transmission}, 10_000)
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	r := Result{State: Translated, Reason: f.Message, Config: t.cfg.Digest, Partner: t.partner}
	for _, a := range family {
		if a.ID == first.Transmission {
			r.Standard, r.Set, r.Control, r.Mode = a.Standard, a.Set, a.Control, a.Mode
			r.Partner, r.Agreement = a.Partner, a.Agreement
			t.keep(a.Retention)
		}
		if a.Kind != KindAcknowledgment || len(a.Causes) != 1 || a.Causes[0] != first.Transmission {
			continue
		}
		again := Transmission{
			Kind: a.Kind, Endpoint: a.Endpoint, Peer: a.Peer, Partner: a.Partner, ContentType: a.ContentType,
			Body: a.Body, Causes: []ID{t.tr.ID, a.ID}, Standard: a.Standard, Set: a.Set, Control: a.Control, Mode: a.Mode, Keys: a.Keys, Retention: a.Retention,
			Name: againName(a.Name, t.tr.Sequence),
		}
		inItsPlace(&again, &a)
		t.follow(again, "again "+string(a.ID), -1)
	}
	if r.Keys, err = t.keysOf(ctx, first.Transmission); err != nil {
		return err
	}
	return t.commit(ctx, r)
}

// maxRepeatedKeys bounds under how many keys of the first file its repetition is
// found as well.
const maxRepeatedKeys = 1000

// keysOf are the business keys of a Transmission's documents.
func (t *translation) keysOf(ctx context.Context, id ID) ([]canonical.Key, error) {
	var keys []canonical.Key
	for d, err := range t.b.o.Store.Documents(ctx, DocumentQuery{Transmission: id}) {
		if err != nil {
			return nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
		for _, k := range d.Keys {
			if len(keys) < maxRepeatedKeys && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		if len(keys) == maxRepeatedKeys {
			break
		}
	}
	return keys, nil
}

// againName names a repeated answer: "997-905-17.edi" becomes
// "997-905-17-again-42.edi".
func againName(name string, seq int64) string {
	ext := path.Ext(name)
	return fmt.Sprintf("%s-again-%d%s", strings.TrimSuffix(name, ext), seq, ext)
}

// controlSeen judges an interchange whose control number was used before by
// other bytes.
func (t *translation) controlSeen(ctx context.Context, ic *interchange) error {
	if !ic.partner.rejectsRepeatedControl(ic.Mode) {
		return nil
	}
	mine := Seen{SeenKey: controlKey(ic), Transmission: t.tr.ID, Digest: strconv.Itoa(ic.Ordinal)}
	for _, s := range t.s.sees {
		if s.SeenKey == mine.SeenKey { // twice within this slice
			t.refuseControl(ic, t.tr.ID)
			return nil
		}
	}
	s, err := t.owner(ctx, mine.SeenKey)
	switch {
	case err != nil:
		return err
	case s == nil:
		t.s.sees = append(t.s.sees, mine)
	case s.Transmission != mine.Transmission || s.Digest != mine.Digest: // another file, or twice within this one
		t.refuseControl(ic, s.Transmission)
	}
	return nil
}

func (t *translation) refuseControl(ic *interchange, first ID) {
	ic.findings = append(ic.findings, headerFinding(ic, "bridge.duplicate.control", refusedControl,
		fmt.Sprintf("control number %s was used before, by transmission %s", ic.Control, first)))
	ic.refused = true
}

// documentSeen judges a document whose business key an accepted one had before:
// the same content is a duplicate without effect, other content is decided by
// the agreement. It gives true when the document goes no further.
func (t *translation) documentSeen(ctx context.Context, d *Document, a *Agreement, doc canonical.Document) (bool, error) {
	key := canonical.BusinessKey(doc)
	if key == "" {
		return false, nil
	}
	digest, err := contentDigest(doc)
	if err != nil {
		return false, fmt.Errorf("digest of %s: %w", d.ID, err)
	}
	k := SeenKey{Kind: "document", Value: d.Partner + " " + string(d.Mode) + " " + key}
	first, err := t.documentOwner(ctx, k, d.ID)
	if err != nil {
		return false, err
	}
	if first == nil {
		t.s.sees = append(t.s.sees, Seen{SeenKey: k, Transmission: t.tr.ID, Document: d.ID, Digest: digest})
		return false, nil
	}
	if first.Digest != digest && a.Duplicates.Document == "accept" {
		// The key has its first content; each other content is kept by itself.
		k.Value += " " + digest
		if first, err = t.documentOwner(ctx, k, d.ID); err != nil {
			return false, err
		}
		if first == nil {
			t.s.sees = append(t.s.sees, Seen{SeenKey: k, Transmission: t.tr.ID, Document: d.ID, Digest: digest})
			return false, nil
		}
	}
	d.DuplicateOf = first.Document
	f := edi.Finding{Rule: "bridge.duplicate.document", Severity: edi.Warning, Path: pathOf(d), Offset: d.Offset, Interchange: d.Interchange,
		Message: fmt.Sprintf("%s was received before, in document %s", key, first.Document)}
	d.State, d.Reason = DocumentDuplicate, f.Message
	if first.Digest != digest {
		d.State = DocumentQuarantined
		f.Message += ", with other content"
	}
	t.add(d, f)
	return true, nil
}

// documentOwner gives the document that has the key, in the store or in this
// slice, unless it is id itself.
func (t *translation) documentOwner(ctx context.Context, k SeenKey, id string) (*Seen, error) {
	for i := range t.s.sees {
		if t.s.sees[i].SeenKey == k {
			return &t.s.sees[i], nil
		}
	}
	seen, err := t.b.o.Store.Seen(ctx, []SeenKey{k})
	if err != nil {
		return nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	if len(seen) == 0 || seen[0].Document == id {
		return nil, nil
	}
	return &seen[0], nil
}

// contentDigest is over what a document says, without what its envelope says
// and where it lay.
func contentDigest(doc canonical.Document) (string, error) {
	h := doc.Head()
	controls, raw := h.Controls, h.Raw
	h.Controls, h.Raw = canonical.Controls{}, canonical.Raw{}
	data, err := json.Marshal(doc)
	h.Controls, h.Raw = controls, raw
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// unsee gives a key free again: it was claimed, and nothing came of it.
func (t *translation) unsee(k SeenKey) {
	t.s.sees = slices.DeleteFunc(t.s.sees, func(s Seen) bool { return s.SeenKey == k })
	t.s.unsees = append(t.s.unsees, k) // an earlier slice may have committed it
}

func pathOf(d *Document) edi.Path {
	if d.Standard == edi.EDIFACT {
		return edi.Path("").Segment("UNB", d.Interchange).Segment("UNH", d.Set)
	}
	return edi.Path("").Segment("ISA", d.Interchange).Segment("GS", d.Group).Segment("ST", d.Set)
}
