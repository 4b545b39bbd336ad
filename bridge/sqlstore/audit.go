package sqlstore

import (
	"context"
	"fmt"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// auditPart is one table of an audit: its rows in order, and how each becomes a
// Record.
type auditPart struct {
	query  string
	record func(scanner) (bridge.Record, error)
}

// audited makes a part of what scan reads and record names.
func audited[T any](query string, scan func(scanner) (T, error), record func(*T) bridge.Record) auditPart {
	return auditPart{query, func(row scanner) (bridge.Record, error) {
		v, err := scan(row)
		return record(&v), err
	}}
}

func auditParts() []auditPart {
	return []auditPart{
		audited(selectTransmission+"ORDER BY t.sequence, t.ordinal, t.n", scanTransmission,
			func(r *transmissionRow) bridge.Record { return bridge.Record{Transmission: &r.t} }),
		audited(selectDocument+"ORDER BY d.transmission, d.ordinal", scanDocument,
			func(d *bridge.Document) bridge.Record { return bridge.Record{Document: d} }),
		audited(selectFact+"ORDER BY f.transmission, f.ordinal, f.view, f.subject", scanFact,
			func(f *bridge.Fact) bridge.Record { return bridge.Record{Fact: f} }),
		audited(selectEvidence+"ORDER BY e.n", scanEvidence,
			func(e *bridge.Evidence) bridge.Record { return bridge.Record{Evidence: e} }),
		audited(selectNumber+"ORDER BY series, epoch, value", scanNumber,
			func(n *bridge.Number) bridge.Record { return bridge.Record{Number: n} }),
		audited(selectSeen+"ORDER BY s.kind, s.value", scanSeen,
			func(e *bridge.Seen) bridge.Record { return bridge.Record{Seen: e} }),
		audited(selectRenumbering+"ORDER BY n", scanRenumbering,
			func(r *bridge.Renumbering) bridge.Record { return bridge.Record{Renumbering: r} }),
		audited(selectPromoting+"ORDER BY effect", scanPromoting,
			func(p *bridge.Promoting) bridge.Record { return bridge.Record{Promotion: p} }),
		audited(selectCoverage+groupCoverage, scanCoverage,
			func(c *bridge.Coverage) bridge.Record { return bridge.Record{Coverage: c} }),
		audited(selectFeature+"ORDER BY partner, set_code, release, name", scanFeature,
			func(f *bridge.Feature) bridge.Record { return bridge.Record{Feature: f} }),
		audited(selectExpectation+"ORDER BY e.n", scanExpectation,
			func(r *expectationRow) bridge.Record { return bridge.Record{Expectation: &r.e} }),
		audited(selectBatch+"ORDER BY b.transmission", scanBatch,
			func(b *bridge.Batch) bridge.Record { return bridge.Record{Batch: b} }),
		audited(selectAuditLeaf+"ORDER BY idx IS NULL, idx, n", scanAuditLeaf,
			func(l *bridge.AuditLeaf) bridge.Record { return bridge.Record{Leaf: l} }),
		audited("SELECT size, root FROM head", scanHead,
			func(h *archive.Head) bridge.Record { return bridge.Record{Head: h} }),
		audited(selectActivation+"ORDER BY n", scanActivation,
			func(a *bridge.Activation) bridge.Record { return bridge.Record{Activation: a} }),
		audited(selectFiles+"ORDER BY digest", scanFiles,
			func(f *bridge.StoredFiles) bridge.Record { return bridge.Record{Files: f} }),
	}
}

// selectAuditLeaf reads leaves as an audit tells of them: -1 is the index of one
// that waits for it.
const selectAuditLeaf = "SELECT COALESCE(idx, -1), text FROM leaf "

func scanAuditLeaf(scan scanner) (bridge.AuditLeaf, error) {
	var l bridge.AuditLeaf
	err := scan(&l.Index, &l.Text)
	return l, err
}

func scanHead(scan scanner) (archive.Head, error) {
	var h archive.Head
	var root []byte
	err := scan(&h.Size, &root)
	copy(h.Root[:], root)
	return h, err
}

// Audit implements bridge.Query: Transmissions by (Sequence, Ordinal), then
// Documents, Facts, Evidence, Numbers, Seen, Renumberings, Promotions, Coverage,
// Features, Batches, Leaves by index, the Head, Activations and the files of
// configurations, all from one snapshot. An empty log has no Head.
func (s *Store) Audit(ctx context.Context, visit func(bridge.Record) error) error {
	err := s.reads.snapshot(ctx, func(r reads) error {
		for _, p := range auditParts() {
			err := r.query(ctx, p.query, nil, func(scan scanner) error {
				r, err := p.record(scan)
				if err != nil {
					return err
				}
				return visit(r)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sqlstore: audit: %w", err)
	}
	return nil
}
