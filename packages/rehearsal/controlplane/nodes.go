package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// nodes plays what a cloud and its kubelets do: nodes are ready, scheduled pods run, the pods of jobs succeed, volumes
// bind, load balancers and ingresses get an address; and what Prometheus's operator and KEDA do. It looks at everything four
// times a second, which a cluster of this size bears more easily than a reader bears informers.
func nodes() {
	fs := flag.NewFlagSet("nodes", flag.ExitOnError)
	kubeconfig := fs.String("kubeconfig", "", "")
	start := fs.Duration("start", 0, "what a pod takes to start")
	pools := fs.String("pools", "[]", "node pools, as JSON")
	fs.Parse(os.Args[1:])
	var of []pool
	must(json.Unmarshal([]byte(*pools), &of))
	cfg, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	must(err)
	cfg.QPS, cfg.Burst = 200, 400
	c, err := kubernetes.NewForConfig(cfg)
	must(err)
	objects, err := dynamic.NewForConfig(cfg)
	must(err)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	addClasses(ctx, c)
	addNodes(ctx, c, of)
	for ctx.Err() == nil {
		if l, err := c.CoreV1().Pods("").List(ctx, metav1.ListOptions{}); err == nil {
			for i := range l.Items {
				run(ctx, c, &l.Items[i], *start)
				measure(ctx, objects, &l.Items[i])
			}
		}
		if l, err := c.CoreV1().PersistentVolumeClaims("").List(ctx, metav1.ListOptions{}); err == nil {
			for i := range l.Items {
				provision(ctx, c, &l.Items[i])
			}
		}
		giveAddresses(ctx, c)
		annotate(ctx, c)
		operate(ctx, c, objects)
		autoscale(ctx, c, objects)
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// The nodes: one of each pool in each zone, large enough for what systems ask for.
var (
	region = "europe-west1"
	zones  = []string{"b", "c", "d"}
	room   = corev1.ResourceList{
		"cpu":               resource.MustParse("4"),
		"memory":            resource.MustParse("16Gi"),
		"pods":              resource.MustParse("110"),
		"ephemeral-storage": resource.MustParse("100Gi"),
	}
)

// pool is a node pool, as far as the scheduler looks at it.
type pool struct {
	Name   string
	Taints []corev1.Taint
}

func addNodes(ctx context.Context, c kubernetes.Interface, pools []pool) {
	for i, zone := range zones {
		for j, p := range pools {
			addNode(ctx, c, fmt.Sprintf("node-%s-%d", p.Name, i*len(pools)+j), p, region+"-"+zone)
		}
	}
}

// addNode makes a node that is ready at once: the control plane taints one that says nothing of itself, and here it has
// its pool's taints alone.
func addNode(ctx context.Context, c kubernetes.Interface, name string, p pool, zone string) {
	labels := map[string]string{
		"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
		"topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": zone,
		"cloud.google.com/gke-nodepool": p.Name, "pool": p.Name, "iam.gke.io/gke-metadata-server-enabled": "true",
	}
	api := c.CoreV1().Nodes()
	api.Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}, metav1.CreateOptions{})
	now := metav1.Now()
	ready := corev1.NodeCondition{Type: corev1.NodeReady, Status: corev1.ConditionTrue, LastHeartbeatTime: now, LastTransitionTime: now}
	for try := 0; try < 20; try++ { // the control plane writes it too
		node, err := api.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			continue
		}
		node.Status = corev1.NodeStatus{Capacity: room, Allocatable: room, Conditions: []corev1.NodeCondition{ready}}
		if _, err = api.UpdateStatus(ctx, node, metav1.UpdateOptions{}); err == nil {
			break
		}
	}
	if node, err := api.Get(ctx, name, metav1.GetOptions{}); err == nil {
		node.Spec.Taints = p.Taints
		api.Update(ctx, node, metav1.UpdateOptions{})
	}
}

// giveAddresses plays Google's load balancers.
func giveAddresses(ctx context.Context, c kubernetes.Interface) {
	if l, err := c.CoreV1().Services("").List(ctx, metav1.ListOptions{}); err == nil {
		for _, s := range l.Items {
			if s.Spec.Type == corev1.ServiceTypeLoadBalancer && len(s.Status.LoadBalancer.Ingress) == 0 {
				s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.10"}}
				c.CoreV1().Services(s.Namespace).UpdateStatus(ctx, &s, metav1.UpdateOptions{})
			}
		}
	}
	if l, err := c.NetworkingV1().Ingresses("").List(ctx, metav1.ListOptions{}); err == nil {
		for _, s := range l.Items {
			if len(s.Status.LoadBalancer.Ingress) == 0 {
				s.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "203.0.113.11"}}
				c.NetworkingV1().Ingresses(s.Namespace).UpdateStatus(ctx, &s, metav1.UpdateOptions{})
			}
		}
	}
}
