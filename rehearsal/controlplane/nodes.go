package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// nodes plays what a cloud and its kubelets do: nodes are ready, scheduled pods run,
// job pods succeed, volumes bind, load balancers and ingresses get an address.
func nodes() {
	fs := flag.NewFlagSet("nodes", flag.ExitOnError)
	kubeconfig := fs.String("kubeconfig", "", "")
	start := fs.Duration("start", 0, "what a pod takes to start")
	fs.Parse(os.Args[1:])
	cfg, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	must(err)
	cfg.QPS, cfg.Burst = 200, 400
	c, err := kubernetes.NewForConfig(cfg)
	must(err)
	usage, err := dynamic.NewForConfig(cfg)
	must(err)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	yes := "true"
	expandable := true
	for sc, binding := range classes {
		m := metav1.ObjectMeta{Name: sc}
		if sc == "standard-rwo" {
			m.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": yes}
		}
		c.StorageV1().StorageClasses().Create(ctx, &storagev1.StorageClass{ObjectMeta: m, Provisioner: "pd.csi.storage.gke.io",
			VolumeBindingMode: &binding, AllowVolumeExpansion: &expandable}, metav1.CreateOptions{})
	}
	pools := []string{"app", "workers", "monitoring"}
	for i := 0; i < 9; i++ {
		pool := pools[i%3]
		n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%s-%d", pool, i), Labels: map[string]string{
			"cloud.google.com/gke-nodepool": pool, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "pool": pool,
			"topology.kubernetes.io/zone": "europe-west1-" + string(rune('b'+i/3)), "topology.kubernetes.io/region": "europe-west1", "iam.gke.io/gke-metadata-server-enabled": yes,
			"kubernetes.io/hostname": fmt.Sprintf("node-%s-%d", pool, i)}}}
		c.CoreV1().Nodes().Create(ctx, n, metav1.CreateOptions{})
		r := corev1.ResourceList{"cpu": resource.MustParse("4"), "memory": resource.MustParse("16Gi"), "pods": resource.MustParse("110"), "ephemeral-storage": resource.MustParse("100Gi")}
		n.Status = corev1.NodeStatus{Capacity: r, Allocatable: r, Conditions: []corev1.NodeCondition{{Type: "Ready", Status: "True", LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now()}}}
		for try := 0; try < 20; try++ {
			if g, err := c.CoreV1().Nodes().Get(ctx, n.Name, metav1.GetOptions{}); err == nil {
				g.Status = n.Status
				if _, err = c.CoreV1().Nodes().UpdateStatus(ctx, g, metav1.UpdateOptions{}); err == nil {
					break
				}
			}
		}
		if g, err := c.CoreV1().Nodes().Get(ctx, n.Name, metav1.GetOptions{}); err == nil && len(g.Spec.Taints) > 0 {
			g.Spec.Taints = nil
			c.CoreV1().Nodes().Update(ctx, g, metav1.UpdateOptions{})
		}
	}
	for ctx.Err() == nil {
		pods, err := c.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
		if err == nil {
			for i := range pods.Items {
				run(ctx, c, &pods.Items[i], *start)
				measure(ctx, usage, &pods.Items[i])
			}
		}
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
		if l, err := c.CoreV1().PersistentVolumeClaims("").List(ctx, metav1.ListOptions{}); err == nil {
			for i := range l.Items {
				provision(ctx, c, &l.Items[i])
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
	}
}
