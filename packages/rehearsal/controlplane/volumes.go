package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// classes are GKE's own, with when they make a disk: when it is claimed, or when a pod that mounts it has a node.
var classes = map[string]storagev1.VolumeBindingMode{
	"standard-rwo": storagev1.VolumeBindingWaitForFirstConsumer,
	"premium-rwo":  storagev1.VolumeBindingWaitForFirstConsumer,
	"standard":     storagev1.VolumeBindingImmediate,
}

// addClasses makes the classes that claims name.
func addClasses(ctx context.Context, c kubernetes.Interface) {
	expandable := true
	for name, binding := range classes {
		class := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: "pd.csi.storage.gke.io",
			VolumeBindingMode: &binding, AllowVolumeExpansion: &expandable}
		if name == "standard-rwo" {
			class.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
		}
		c.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{})
	}
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
	made, err := c.StorageV1().StorageClasses().Get(ctx, class, metav1.GetOptions{})
	if err != nil {
		return
	}
	if *made.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer && p.Annotations["volume.kubernetes.io/selected-node"] == "" {
		return
	}
	c.CoreV1().PersistentVolumes().Create(ctx, &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "pv-" + string(p.UID)},
		Spec: corev1.PersistentVolumeSpec{Capacity: wanted, AccessModes: p.Spec.AccessModes, StorageClassName: class, PersistentVolumeReclaimPolicy: *made.ReclaimPolicy,
			ClaimRef:               &corev1.ObjectReference{Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: p.Namespace, Name: p.Name, UID: p.UID},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/tmp/none"}}}}, metav1.CreateOptions{})
}
