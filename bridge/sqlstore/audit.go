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

func auditParts() []auditPart {
	return []auditPart{
		{selectTransmission + "ORDER BY t.sequence, t.ordinal, t.n", func(scan scanner) (bridge.Record, error) {
			r, err := scanTransmission(scan)
			return bridge.Record{Transmission: &r.t}, err
		}},
		{selectDocument + "ORDER BY d.transmission, d.ordinal", func(scan scanner) (bridge.Record, error) {
			d, err := scanDocument(scan)
			return bridge.Record{Document: &d}, err
		}},
		{selectFact + "ORDER BY f.transmission, f.ordinal, f.view, f.subject", func(scan scanner) (bridge.Record, error) {
			f, err := scanFact(scan)
			return bridge.Record{Fact: &f}, err
		}},
		{selectEvidence + "ORDER BY e.n", func(scan scanner) (bridge.Record, error) {
			e, err := scanEvidence(scan)
			return bridge.Record{Evidence: &e}, err
		}},
		{selectNumber + "ORDER BY series, epoch, value", func(scan scanner) (bridge.Record, error) {
			n, err := scanNumber(scan)
			return bridge.Record{Number: &n}, err
		}},
		{selectSeen + "ORDER BY s.kind, s.value", func(scan scanner) (bridge.Record, error) {
			e, err := scanSeen(scan)
			return bridge.Record{Seen: &e}, err
		}},
		{selectRenumbering + "ORDER BY n", func(scan scanner) (bridge.Record, error) {
			r, err := scanRenumbering(scan)
			return bridge.Record{Renumbering: &r}, err
		}},
		{"SELECT effect, item, job, place FROM promotion ORDER BY effect", func(scan scanner) (bridge.Record, error) {
			var p bridge.Promoting
			err := scan(&p.Transmission, &p.Item, &p.Job, &p.Place)
			return bridge.Record{Promotion: &p}, err
		}},
		{selectCoverage + groupCoverage, func(scan scanner) (bridge.Record, error) {
			c, err := scanCoverage(scan)
			return bridge.Record{Coverage: &c}, err
		}},
		{selectFeature + "ORDER BY partner, set_code, release, name", func(scan scanner) (bridge.Record, error) {
			f, err := scanFeature(scan)
			return bridge.Record{Feature: &f}, err
		}},
		{selectExpectation + "ORDER BY e.n", func(scan scanner) (bridge.Record, error) {
			r, err := scanExpectation(scan)
			return bridge.Record{Expectation: &r.e}, err
		}},
		{selectBatch + "ORDER BY b.transmission", func(scan scanner) (bridge.Record, error) {
			b, err := scanBatch(scan)
			return bridge.Record{Batch: &b}, err
		}},
		{"SELECT COALESCE(idx, -1), text FROM leaf ORDER BY idx IS NULL, idx, n", func(scan scanner) (bridge.Record, error) {
			var l bridge.AuditLeaf
			err := scan(&l.Index, &l.Text)
			return bridge.Record{Leaf: &l}, err
		}},
		{"SELECT size, root FROM head", func(scan scanner) (bridge.Record, error) {
			var h archive.Head
			var root []byte
			err := scan(&h.Size, &root)
			copy(h.Root[:], root)
			return bridge.Record{Head: &h}, err
		}},
		{selectActivation + "ORDER BY n", func(scan scanner) (bridge.Record, error) {
			a, err := scanActivation(scan)
			return bridge.Record{Activation: &a}, err
		}},
		{"SELECT digest, files FROM configuration ORDER BY digest", func(scan scanner) (bridge.Record, error) {
			var f bridge.StoredFiles
			err := scan(&f.Digest, &f.Files)
			return bridge.Record{Files: &f}, err
		}},
	}
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
