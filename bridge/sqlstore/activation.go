package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

var _ bridge.Configurations = (*Store)(nil)

// activationLock is held by who changes what is in force.
const activationLock = "activation"

const selectActivation = "SELECT n, digest, before, at, decided_by, reason, difference, leaf FROM activation "

func scanActivation(scan scanner) (bridge.Activation, error) {
	var a bridge.Activation
	var at int64
	var difference string
	err := scan(&a.Number, &a.Digest, &a.Before, &at, &a.By, &a.Reason, &difference, &a.Leaf)
	a.At = instant(at)
	if err == nil {
		err = parse(difference, &a.Difference)
	}
	return a, err
}

// selectFiles reads the files of configurations.
const selectFiles = "SELECT digest, files FROM configuration "

func scanFiles(scan scanner) (bridge.StoredFiles, error) {
	var f bridge.StoredFiles
	err := scan(&f.Digest, &f.Files)
	return f, err
}

// Activate implements bridge.Configurations.
func (s *Store) Activate(ctx context.Context, a bridge.Activation, files []byte, leaf archive.Leaf) (bridge.Activation, error) {
	made, err := s.activate(ctx, a, files, leaf)
	if err != nil {
		return bridge.Activation{}, fmt.Errorf("sqlstore: activate configuration %.12s: %w", a.Digest, err)
	}
	return made, nil
}

func (s *Store) activate(ctx context.Context, a bridge.Activation, files []byte, leaf archive.Leaf) (bridge.Activation, error) {
	switch {
	case len(files) > bridge.MaxConfiguration:
		return a, bridge.ErrTooLarge
	case bridge.FilesDigest(files) != a.Digest:
		return a, errors.New("the files have another digest")
	}
	difference, err := list(a.Difference)
	if err != nil {
		return a, err
	}
	leaves, err := leafTexts([]archive.Leaf{leaf})
	if err != nil {
		return a, err
	}
	made := a
	err = s.write(ctx, func(x *txn) error {
		done, err := x.activation("WHERE leaf = $1", []any{leaf.ID}, &made)
		if done || err != nil {
			return err
		}
		var newest bridge.Activation
		if _, err := x.activation("ORDER BY n DESC LIMIT 1", nil, &newest); err != nil {
			return err
		}
		if newest.Digest != a.Before {
			return fmt.Errorf("%w: %.12s is in force", bridge.ErrConflict, newest.Digest)
		}
		made = a
		made.Number = newest.Number + 1
		if err := x.send("INSERT INTO configuration (digest, files) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING", a.Digest, files); err != nil {
			return err
		}
		if err := x.send(`INSERT INTO activation (n, digest, before, at, decided_by, reason, difference, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			made.Number, a.Digest, a.Before, nanos(a.At), a.By, a.Reason, difference, leaf.ID); err != nil {
			return err
		}
		return x.addLeaves(leaves)
	}, activationLock)
	return made, err
}

// activation reads the first one of a selection, and reports whether there is one.
func (x *txn) activation(which string, args []any, into *bridge.Activation) (found bool, err error) {
	err = x.rows(selectActivation+which, args, func(scan scanner) error {
		found = true
		*into, err = scanActivation(scan)
		return err
	})
	return found, err
}

// Active implements bridge.Configurations.
func (s *Store) Active(ctx context.Context) (bridge.Activation, error) {
	all, err := s.Activations(ctx, 1)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("sqlstore: the configuration in force: %w", bridge.ErrNotFound)
	}
	if err != nil {
		return bridge.Activation{}, err
	}
	return all[0], nil
}

// Activations implements bridge.Configurations.
func (s *Store) Activations(ctx context.Context, limit int) ([]bridge.Activation, error) {
	var all []bridge.Activation
	err := s.query(ctx, selectActivation+"ORDER BY n DESC LIMIT $1", []any{limit}, func(scan scanner) error {
		a, err := scanActivation(scan)
		all = append(all, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: activations: %w", err)
	}
	return all, nil
}

// ConfigurationFiles implements bridge.Configurations.
func (s *Store) ConfigurationFiles(ctx context.Context, digest string) ([]byte, error) {
	var files []byte
	found, err := s.queryRow(ctx, "SELECT files FROM configuration WHERE digest = $1", []any{digest}, &files)
	if err == nil && !found {
		err = bridge.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: the files of configuration %.12s: %w", digest, err)
	}
	return files, nil
}
