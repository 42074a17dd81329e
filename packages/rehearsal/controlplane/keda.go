package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

var scaledObjects = schema.GroupVersionResource{Group: "keda.sh", Version: "v1alpha1", Resource: "scaledobjects"}

// scaled is what KEDA is asked for, as far as an autoscaler goes.
type scaled struct {
	ScaleTargetRef struct {
		Name string `json:"name"`
	} `json:"scaleTargetRef"`
	MinReplicaCount int32 `json:"minReplicaCount"`
	MaxReplicaCount int32 `json:"maxReplicaCount"`
	Triggers        []struct {
		Metadata map[string]string `json:"metadata"`
	} `json:"triggers"`
}

// operator selects the Secret in which Helm keeps a release of KEDA that runs, also where its chart is a stub.
const operator = "owner=helm,name=keda,status=deployed"

// finalizer is KEDA's mark on a ScaledObject: it stays until KEDA has put things in order, so it needs KEDA to be deleted.
const finalizer = "finalizer.keda.sh"

// autoscale plays KEDA, where it is installed: it makes an autoscaler for each ScaledObject whose Deployment is there, under
// the name that KEDA gives, and brings it up to date. Nobody measures the queues: the autoscaler keeps the number of pods within
// its bounds.
// https://github.com/kedacore/keda/blob/v2.20.2/controllers/keda/hpa.go
// https://github.com/kedacore/keda/blob/v2.20.2/controllers/keda/scaledobject_finalizer.go
func autoscale(ctx context.Context, c kubernetes.Interface, objects dynamic.Interface) {
	issueCertificates(ctx, c)
	installed, err := c.CoreV1().Secrets(metav1.NamespaceAll).List(ctx, metav1.ListOptions{LabelSelector: operator})
	if err != nil || len(installed.Items) == 0 {
		return
	}
	l, err := objects.Resource(scaledObjects).List(ctx, metav1.ListOptions{})
	if err != nil { // nobody has defined the kind
		return
	}
	for i := range l.Items {
		of := &l.Items[i]
		gone := of.GetDeletionTimestamp() != nil
		if marked := slices.Contains(of.GetFinalizers(), finalizer); marked == gone {
			if gone {
				of.SetFinalizers(slices.DeleteFunc(of.GetFinalizers(), func(other string) bool { return other == finalizer }))
			} else {
				of.SetFinalizers(append(of.GetFinalizers(), finalizer))
			}
			objects.Resource(scaledObjects).Namespace(of.GetNamespace()).Update(ctx, of, metav1.UpdateOptions{})
			continue
		}
		var spec scaled
		asked, _, _ := unstructured.NestedMap(of.Object, "spec")
		if gone || runtime.DefaultUnstructuredConverter.FromUnstructured(asked, &spec) != nil {
			continue
		}
		if _, err := c.AppsV1().Deployments(of.GetNamespace()).Get(ctx, spec.ScaleTargetRef.Name, metav1.GetOptions{}); err != nil {
			continue
		}
		wanted := autoscalerOf(of, spec)
		api := c.AutoscalingV2().HorizontalPodAutoscalers(of.GetNamespace())
		found, err := api.Get(ctx, wanted.Name, metav1.GetOptions{})
		if err != nil {
			api.Create(ctx, wanted, metav1.CreateOptions{})
		} else if found.Annotations[generation] != wanted.Annotations[generation] {
			found.Annotations, found.Spec = wanted.Annotations, wanted.Spec
			api.Update(ctx, found, metav1.UpdateOptions{})
		}
	}
}

// certificates is the option of KEDA's operator that names the Secret of the certificates that it issues.
const certificates = "--cert-secret-name="

// issueCertificates makes the Secret that the operator makes as it starts, without which KEDA's other pods do not start. Nobody
// reads the certificates.
// https://github.com/kedacore/keda/blob/v2.20.2/pkg/certificates/certificate_manager.go
func issueCertificates(ctx context.Context, c kubernetes.Interface) {
	l, err := c.AppsV1().Deployments(metav1.NamespaceAll).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=keda-operator"})
	if err != nil {
		return
	}
	for _, d := range l.Items {
		for _, container := range d.Spec.Template.Spec.Containers {
			for _, arg := range container.Args {
				if name, ok := strings.CutPrefix(arg, certificates); ok {
					c.CoreV1().Secrets(d.Namespace).Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
				}
			}
		}
	}
}

func autoscalerOf(of *unstructured.Unstructured, spec scaled) *autoscalingv2.HorizontalPodAutoscaler {
	yes := true
	var metrics []autoscalingv2.MetricSpec
	for i, trigger := range spec.Triggers {
		name := fmt.Sprintf("s%d-redis-%s", i, strings.NewReplacer("/", "-", ".", "-", ":", "-", "%", "-").Replace(trigger.Metadata["listName"]))
		length, err := resource.ParseQuantity(trigger.Metadata["listLength"])
		if err != nil { // KEDA refuses it, too
			continue
		}
		metrics = append(metrics, autoscalingv2.MetricSpec{Type: autoscalingv2.ExternalMetricSourceType,
			External: &autoscalingv2.ExternalMetricSource{
				Metric: autoscalingv2.MetricIdentifier{Name: name,
					Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"scaledobject.keda.sh/name": of.GetName()}}},
				Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: &length}}})
	}
	return &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "keda-hpa-" + of.GetName(), Namespace: of.GetNamespace(),
			Annotations: map[string]string{generation: fmt.Sprint(of.GetGeneration())},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: of.GetAPIVersion(), Kind: of.GetKind(), Name: of.GetName(),
				UID: of.GetUID(), Controller: &yes, BlockOwnerDeletion: &yes}}},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MinReplicas: &spec.MinReplicaCount, MaxReplicas: spec.MaxReplicaCount, Metrics: metrics,
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: spec.ScaleTargetRef.Name}},
	}
}
