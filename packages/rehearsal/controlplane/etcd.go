package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
)

// etcd keeps the cluster's objects for as long as a rehearsal takes: nothing is synced to the disk.
func etcd() {
	fs := flag.NewFlagSet("etcd", flag.ExitOnError)
	dir := fs.String("dir", "", "")
	port := fs.Int("port", 23790, "")
	fs.Parse(os.Args[1:])
	c := embed.NewConfig()
	c.Dir = *dir
	c.LogLevel = "error"
	c.UnsafeNoFsync = true
	u, _ := url.Parse(fmt.Sprintf("http://127.0.0.1:%d", *port))
	p, _ := url.Parse(fmt.Sprintf("http://127.0.0.1:%d", *port+1))
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{*u}, []url.URL{*u}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{*p}, []url.URL{*p}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	e, err := embed.StartEtcd(c)
	must(err)
	s := make(chan os.Signal, 1)
	signal.Notify(s, syscall.SIGTERM, syscall.SIGINT)
	<-s
	e.Close()
}
