package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

func storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "the database of the bridge",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(storeCopyCommand(), storePruneCommand())
	return cmd
}

func storeCopyCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "copy",
		Short: "move from the data folder's SQLite file to the PostgreSQL database that the configuration names",
		Long: `Copy writes everything that edibridge.db in the data folder holds into the
PostgreSQL database of "store:", which must be empty, and proves it: every record
of both is compared, and the root of the log is computed anew from its leaves.
The archive stays where it is. No bridge may run meanwhile. The file is left as it
is: take it away when the bridge has run over the new database.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return copyStore(cmd.Context(), file, cmd.OutOrStdout())
		},
	}
	configFlag(cmd, &file)
	return cmd
}

func copyStore(ctx context.Context, file string, w io.Writer) (err error) {
	_, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	if sys.Postgres == "" {
		return errors.New(`"store" names no PostgreSQL database to copy to`)
	}
	if _, err := os.Stat(sys.Store()); err != nil {
		return fmt.Errorf("the store in %s: %w", sys.Data, err)
	}
	data, err := lockData(sys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	// Alone, so that no bridge works over the database either.
	dir, err := openArchive(sys, false, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	from, err := sqlstore.OpenSQLite(ctx, sys.Store(), sqlstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := sqlstore.OpenPostgres(ctx, sys.Postgres, sqlstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	c, err := sqlstore.Copy(ctx, from, to)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "copied and compared: %s; the log's head is %d %s\n",
		count64(c.Records, "record"), c.Head.Size, c.Head.Root)
	return err
}
