package sqlstore

import (
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// newest is the schema version of this program: that of its last migration.
func newest(migrations fs.FS) (int64, error) {
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	return newest, nil
}

// checkVersion wants the schema to be this program's.
func checkVersion(migrations fs.FS, have int64) error {
	want, err := newest(migrations)
	if err == nil && have != want {
		err = fmt.Errorf("%w %d, this program reads %d", ErrSchema, have, want)
	}
	return err
}
