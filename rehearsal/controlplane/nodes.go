package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// nodes plays what a cloud and its kubelets do: nodes are ready, scheduled pods run,
// job pods succeed, volumes bind, load balancers and ingresses get an address.
// A container image whose reference holds "unpullable" never starts; "crashing" never becomes ready.
func nodes() {
	fs := flag.NewFlagSet("nodes", flag.ExitOnError)
	kubeconfig := fs.String("kubeconfig", "", "")
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
				run(ctx, c, &pods.Items[i])
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

// classes are GKE's, with when they make a disk: when it is claimed, or when a pod that mounts it has a node.
var classes = map[string]storagev1.VolumeBindingMode{
	"standard-rwo": storagev1.VolumeBindingWaitForFirstConsumer,
	"premium-rwo":  storagev1.VolumeBindingWaitForFirstConsumer,
	"standard":     storagev1.VolumeBindingImmediate,
}

// provision makes the disk of a claim, and a larger one of a claim that asks for more.
func provision(ctx context.Context, c kubernetes.Interface, p *corev1.PersistentVolumeClaim) {
	class := ""
	if p.Spec.StorageClassName != nil {
		class = *p.Spec.StorageClassName
	}
	wanted := p.Spec.Resources.Requests
	if p.Status.Phase == corev1.ClaimBound {
		if has := p.Status.Capacity[corev1.ResourceStorage]; has.Cmp(wanted[corev1.ResourceStorage]) < 0 {
			if v, err := c.CoreV1().PersistentVolumes().Get(ctx, p.Spec.VolumeName, metav1.GetOptions{}); err == nil {
				v.Spec.Capacity = wanted
				c.CoreV1().PersistentVolumes().Update(ctx, v, metav1.UpdateOptions{})
			}
			p.Status.Capacity = wanted
			c.CoreV1().PersistentVolumeClaims(p.Namespace).UpdateStatus(ctx, p, metav1.UpdateOptions{})
		}
		return
	}
	if p.Status.Phase != corev1.ClaimPending || p.Spec.VolumeName != "" {
		return
	}
	if classes[class] == storagev1.VolumeBindingWaitForFirstConsumer && p.Annotations["volume.kubernetes.io/selected-node"] == "" {
		return
	}
	c.CoreV1().PersistentVolumes().Create(ctx, &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "pv-" + string(p.UID)},
		Spec: corev1.PersistentVolumeSpec{Capacity: wanted, AccessModes: p.Spec.AccessModes, StorageClassName: class, PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			ClaimRef:               &corev1.ObjectReference{Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: p.Namespace, Name: p.Name, UID: p.UID},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/tmp/none"}}}}, metav1.CreateOptions{})
}

var measured = map[string]bool{}

// measure says what a running pod uses, as the metrics server would: seven tenths of its requests. The objects are custom
// resources under the metrics API's name, which the rehearsal defines.
func measure(ctx context.Context, c dynamic.Interface, p *corev1.Pod) {
	if p.Status.Phase != corev1.PodRunning || measured[string(p.UID)] {
		return
	}
	var containers []any
	for _, ct := range p.Spec.Containers {
		u := map[string]any{}
		for name, q := range ct.Resources.Requests {
			u[string(name)] = resource.NewMilliQuantity(q.MilliValue()*7/10, q.Format).String()
		}
		containers = append(containers, map[string]any{"name": ct.Name, "usage": u})
	}
	labels := map[string]any{}
	for k, v := range p.Labels {
		labels[k] = v
	}
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics",
		"metadata": map[string]any{"name": p.Name, "namespace": p.Namespace, "labels": labels,
			"ownerReferences": []any{map[string]any{"apiVersion": "v1", "kind": "Pod", "name": p.Name, "uid": string(p.UID)}}},
		// one window after the pod became ready, before which autoscalers do not believe a sample
		"timestamp": time.Now().Add(time.Minute).UTC().Format(time.RFC3339), "window": "10s", "containers": containers}}
	gvr := schema.GroupVersionResource{Group: "metrics.k8s.io", Version: "v1beta1", Resource: "pods"}
	if _, err := c.Resource(gvr).Namespace(p.Namespace).Create(ctx, o, metav1.CreateOptions{}); err == nil {
		measured[string(p.UID)] = true
	}
}

func run(ctx context.Context, c kubernetes.Interface, p *corev1.Pod) {
	if p.DeletionTimestamp != nil {
		zero := int64(0)
		c.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &zero})
		return
	}
	if p.Spec.NodeName == "" || p.Status.Phase == corev1.PodRunning || p.Status.Phase == corev1.PodSucceeded {
		return
	}
	now := metav1.Now()
	job := false
	for _, o := range p.OwnerReferences {
		job = job || o.Kind == "Job"
	}
	ready := corev1.ConditionTrue
	phase := corev1.PodRunning
	if job {
		phase, ready = corev1.PodSucceeded, corev1.ConditionFalse
	}
	var st, ist []corev1.ContainerStatus
	mk := func(ct corev1.Container, init bool) corev1.ContainerStatus {
		s := corev1.ContainerStatus{Name: ct.Name, Image: ct.Image, ImageID: ct.Image, Ready: true}
		t := true
		s.Started = &t
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
		if init || job {
			s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 0, Reason: "Completed", FinishedAt: now}}
			s.Ready = init
		}
		if strings.Contains(ct.Image, "unpullable") {
			phase, ready = corev1.PodPending, corev1.ConditionFalse
			s.Ready, s.Started = false, nil
			s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "simulated"}}
		}
		if strings.Contains(ct.Image, "crashing") && !init {
			phase, ready = corev1.PodRunning, corev1.ConditionFalse
			if job {
				phase = corev1.PodFailed
			}
			s.Ready = false
			s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", FinishedAt: now}}
		}
		return s
	}
	for _, ct := range p.Spec.InitContainers {
		ist = append(ist, mk(ct, true))
	}
	for _, ct := range p.Spec.Containers {
		st = append(st, mk(ct, false))
	}
	if p.Status.Phase == phase && phase == corev1.PodPending && len(p.Status.ContainerStatuses) > 0 {
		return
	}
	p.Status.Phase, p.Status.ContainerStatuses, p.Status.InitContainerStatuses = phase, st, ist
	p.Status.PodIP, p.Status.HostIP, p.Status.StartTime = "10.4.0.9", "10.0.0.9", &now
	p.Status.PodIPs = []corev1.PodIP{{IP: "10.4.0.9"}}
	p.Status.HostIPs = []corev1.HostIP{{IP: "10.0.0.9"}}
	p.Status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: now}, {Type: corev1.PodInitialized, Status: corev1.ConditionTrue, LastTransitionTime: now},
		{Type: corev1.ContainersReady, Status: ready, LastTransitionTime: now}, {Type: corev1.PodReady, Status: ready, LastTransitionTime: now}}
	c.CoreV1().Pods(p.Namespace).UpdateStatus(ctx, p, metav1.UpdateOptions{})
}
