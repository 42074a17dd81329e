package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// auditPolicy records what the deployer changes: which calls there are that could fail.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  users: [deployer]
  verbs: [create, update, patch, delete, deletecollection]
- level: None
`

// up starts the components one after the other and says when they answer. The deployer and the control plane's own parts
// are different users, so that a policy can tell them apart.
func up() {
	fs := flag.NewFlagSet("up", flag.ExitOnError)
	dir := fs.String("dir", "", "state folder")
	port := fs.Int("port", 6443, "API server port")
	etcdPort := fs.Int("etcd-port", 23790, "etcd port; its peers' is the next")
	start := fs.Duration("start", 0, "what a pod takes to start")
	pools := fs.String("pools", "[]", "node pools, as JSON")
	tokenReview := fs.String("token-review", "", "file that says who is asked about the deployer's tokens")
	whileStdin := fs.Bool("while-stdin", false, "end when the standard input does, which is when whoever started this is gone")
	fs.Parse(os.Args[1:])
	d, err := filepath.Abs(*dir)
	must(err)
	must(os.MkdirAll(d, 0o700))
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	sa := filepath.Join(d, "sa.key")
	must(os.WriteFile(sa, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600))
	must(os.WriteFile(filepath.Join(d, "tokens.csv"), []byte("rehearsal-control-plane,control-plane,control-plane,system:masters\n"), 0o600))
	audit := filepath.Join(d, "audit.yaml")
	must(os.WriteFile(audit, []byte(auditPolicy), 0o600))
	certs := filepath.Join(d, "certs")
	kubeconfig := filepath.Join(d, "kubeconfig")
	server := fmt.Sprintf("https://127.0.0.1:%d", *port)
	must(os.WriteFile(kubeconfig, []byte(fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: t, cluster: {server: %q, certificate-authority: %q}}]
users: [{name: a, user: {token: rehearsal-control-plane}}]
contexts: [{name: t, context: {cluster: t, user: a}}]
current-context: t
`, server, filepath.Join(certs, "apiserver.crt"))), 0o600))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if *whileStdin {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	self, _ := os.Executable()
	launch := func(name string, args ...string) *exec.Cmd {
		log, err := os.Create(filepath.Join(d, name+".log"))
		must(err)
		c := exec.CommandContext(ctx, self, append([]string{name}, args...)...)
		c.Stdout, c.Stderr = log, log
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
		must(c.Start())
		go func() {
			err := c.Wait()
			if ctx.Err() == nil {
				fmt.Fprintf(os.Stderr, "%s ended (%v): see %s\n", name, err, log.Name())
				os.Exit(1)
			}
		}()
		return c
	}
	t0 := time.Now()
	launch("etcd", "--dir", filepath.Join(d, "etcd"), "--port", fmt.Sprint(*etcdPort))
	launch("kube-apiserver",
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", *etcdPort),
		fmt.Sprintf("--secure-port=%d", *port), "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--cert-dir="+certs,
		"--service-cluster-ip-range=10.96.0.0/16", "--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+sa, "--service-account-signing-key-file="+sa,
		"--token-auth-file="+filepath.Join(d, "tokens.csv"), "--authorization-mode=RBAC", "--anonymous-auth=true",
		// a token that was good is believed for ten seconds all the same
		"--authentication-token-webhook-config-file="+*tokenReview, "--authentication-token-webhook-version=v1",
		"--authentication-token-webhook-cache-ttl=0s",
		"--allow-privileged=true",
		"--audit-policy-file="+audit, "--audit-log-path="+filepath.Join(d, "audit.log"),
		// what Autopilot's webhook does to pods is played by such a policy
		"--feature-gates=MutatingAdmissionPolicy=true", "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
		// simulated pods serve no webhook: calling one would only send traffic off this machine
		"--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook", "--endpoint-reconciler-type=none", "--watch-cache=true", "--profiling=false")
	hc := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, Timeout: 2 * time.Second}
	for {
		if r, err := hc.Get(server + "/readyz"); err == nil {
			b, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if r.StatusCode == 200 && string(b) == "ok" {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
		if time.Since(t0) > 90*time.Second {
			fmt.Fprintln(os.Stderr, "the API server did not become ready: see "+d)
			os.Exit(1)
		}
	}
	launch("kube-controller-manager", "--kubeconfig="+kubeconfig, "--leader-elect=false",
		"--controllers=*,-node-lifecycle-controller,-cloud-node-lifecycle-controller,-node-ipam-controller,-node-route-controller,-service-lb-controller",
		"--horizontal-pod-autoscaler-sync-period=2s", "--use-service-account-credentials=false", "--service-account-private-key-file="+sa, "--root-ca-file="+filepath.Join(certs, "apiserver.crt"), "--secure-port=0")
	launch("kube-scheduler", "--kubeconfig="+kubeconfig, "--leader-elect=false", "--secure-port=0")
	launch("nodes", "--kubeconfig", kubeconfig, "--start", start.String(), "--pools", *pools)
	fmt.Printf("ready in %.1f s: %s\n", time.Since(t0).Seconds(), kubeconfig)
	<-ctx.Done()
	time.Sleep(300 * time.Millisecond)
}
