package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

const (
	neg       = "cloud.google.com/neg"
	negStatus = "cloud.google.com/neg-status"
)

// annotate plays those of GKE's controllers that write annotations into objects that belong to others: a plan that wants
// to take them away again is never empty. An annotation that is there stays as it is.
//
// Every Service of a VPC-native cluster is marked as a backend for Google's load balancers, used as one or not:
// https://cloud.google.com/kubernetes-engine/docs/concepts/container-native-load-balancing
// A Service that an Ingress of Google's routes to is told its groups of endpoints, and the Ingress what was made for it:
// https://github.com/kubernetes/ingress-gce (pkg/neg/controller.go, pkg/annotations/ingress.go)
func annotate(ctx context.Context, c kubernetes.Interface) {
	ingresses, err := c.NetworkingV1().Ingresses("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return
	}
	services, err := c.CoreV1().Services("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return
	}
	routed := map[string][]string{} // Ports that Google's load balancers reach, by namespace/name of their Service.
	for i := range ingresses.Items {
		ing := &ingresses.Items[i]
		if ing.Annotations["kubernetes.io/ingress.class"] != "gce" {
			continue
		}
		for _, b := range backendsOf(ing) {
			key := ing.Namespace + "/" + b.Name
			routed[key] = append(routed[key], fmt.Sprint(b.Port.Number))
		}
		if p := missing(ing.Annotations, madeFor(ing)); p != nil {
			c.NetworkingV1().Ingresses(ing.Namespace).Patch(ctx, ing.Name, types.MergePatchType, p, metav1.PatchOptions{})
		}
	}
	for i := range services.Items {
		s := &services.Items[i]
		if s.Namespace == "kube-system" || s.Namespace == "default" && s.Name == "kubernetes" || s.Spec.Type == corev1.ServiceTypeExternalName {
			continue
		}
		wanted := map[string]string{neg: `{"ingress":true}`}
		if ports := routed[s.Namespace+"/"+s.Name]; ports != nil {
			groups := map[string]string{}
			for _, p := range ports {
				groups[p] = fmt.Sprintf("k8s1-cluster-%s-%s-%s", s.Namespace, s.Name, p)
			}
			var in []string
			for _, z := range zones {
				in = append(in, region+"-"+z)
			}
			wanted[negStatus] = encode(map[string]any{"network_endpoint_groups": groups, "zones": in})
		}
		if p := missing(s.Annotations, wanted); p != nil {
			c.CoreV1().Services(s.Namespace).Patch(ctx, s.Name, types.MergePatchType, p, metav1.PatchOptions{})
		}
	}
}

// backendsOf are the Services that an Ingress routes to.
func backendsOf(ing *networkingv1.Ingress) []networkingv1.IngressServiceBackend {
	var all []networkingv1.IngressServiceBackend
	for _, r := range ing.Spec.Rules {
		if r.HTTP == nil {
			continue
		}
		for _, p := range r.HTTP.Paths {
			if p.Backend.Service != nil {
				all = append(all, *p.Backend.Service)
			}
		}
	}
	return all
}

// madeFor are the names of what a load balancer consists of.
func madeFor(ing *networkingv1.Ingress) map[string]string {
	id := fmt.Sprintf("cluster-%s-%s", ing.Namespace, ing.Name)
	made := map[string]string{"ingress.kubernetes.io/backends": encode(map[string]string{"k8s1-" + id: "HEALTHY"})}
	for resource, prefix := range map[string]string{
		"url-map": "k8s2-um", "redirect-url-map": "k8s2-rm", "forwarding-rule": "k8s2-fr", "https-forwarding-rule": "k8s2-fs",
		"target-proxy": "k8s2-tp", "https-target-proxy": "k8s2-ts",
	} {
		made["ingress.kubernetes.io/"+resource] = prefix + "-" + id
	}
	if certificates := ing.Annotations["ingress.gcp.kubernetes.io/pre-shared-cert"]; certificates != "" {
		made["ingress.kubernetes.io/ssl-cert"] = strings.ReplaceAll(certificates, " ", "")
	}
	return made
}

// missing is a patch that adds those of the wanted annotations that are not there; nil when all are.
func missing(has, wanted map[string]string) []byte {
	added := map[string]string{}
	for key, value := range wanted {
		if _, ok := has[key]; !ok {
			added[key] = value
		}
	}
	if len(added) == 0 {
		return nil
	}
	return []byte(encode(map[string]any{"metadata": map[string]any{"annotations": added}}))
}

func encode(value any) string {
	text, err := json.Marshal(value)
	must(err)
	return string(text)
}
