//! The clouds under the cluster.

use super::model::model;
use crate::secret::Secret;
use std::collections::BTreeMap;

model! {
    /// The cloud under the cluster. RKE's `CloudProvider`; its keys are camel case in cluster.yml too.
    pub struct CloudProvider {
        /// `aws`, `azure`, `openstack`, `vsphere`, `harvester`, `external`, `external-aws` or `custom`.
        "name" => pub name: Option<String>,
        /// Name the nodes as the cloud does; for AWS.
        "useInstanceMetadataHostname" [pointer] => pub use_instance_metadata_hostname: Option<bool>,
        /// AWS, up to Kubernetes 1.26.
        "awsCloudProvider" => pub aws_cloud_provider: Option<AwsCloudProvider>,
        /// Azure.
        "azureCloudProvider" => pub azure_cloud_provider: Option<AzureCloudProvider>,
        /// OpenStack.
        "openstackCloudProvider" => pub openstack_cloud_provider: Option<OpenstackCloudProvider>,
        /// vSphere.
        "vsphereCloudProvider" => pub vsphere_cloud_provider: Option<VsphereCloudProvider>,
        /// Harvester.
        "harvesterCloudProvider" => pub harvester_cloud_provider: Option<HarvesterCloudProvider>,
        /// The text of a configuration file for any other. It may hold secrets.
        "customCloudProvider" => pub custom_cloud_provider: Option<Secret<String>>,
    }
}

model! {
    /// Harvester.
    pub struct HarvesterCloudProvider {
        /// The text of a kubeconfig, with its token.
        "cloud_config" [always] => pub cloud_config: Option<Secret<String>>,
    }
}

model! {
    /// AWS.
    pub struct AwsCloudProvider {
        /// Settings for the whole.
        "global" => pub global: AwsGlobal,
        /// Endpoints of single services.
        "service_override" => pub service_override: BTreeMap<String, AwsServiceOverride>,
    }
}

model! {
    /// AWS: settings for the whole. RKE's `GlobalAwsOpts`.
    pub struct AwsGlobal {
        /// The availability zone.
        "zone" [always] => pub zone: Option<String>,
        /// The VPC, where the control plane runs outside of it; needs a cluster tag or id.
        "vpc" [always] => pub vpc: Option<String>,
        /// The subnet of load balancers.
        "subnet-id" [always] => pub subnet_id: Option<String>,
        /// The route table.
        "routetable-id" [always] => pub routetable_id: Option<String>,
        /// The role to take on.
        "role-arn" [always] => pub role_arn: Option<String>,
        /// The old tag that marks what belongs to the cluster.
        "kubernetes-cluster-tag" [always] => pub kubernetes_cluster_tag: Option<String>,
        /// The id that marks what belongs to the cluster.
        "kubernetes-cluster-id" [always] => pub kubernetes_cluster_id: Option<String>,
        /// Make no inbound rules for load balancers in the nodes' security group.
        "disable-security-group-ingress" [always] => pub disable_security_group_ingress: Option<bool>,
        /// One security group for all load balancers.
        "elb-security-group" [always] => pub elb_security_group: Option<String>,
        /// Take zones that AWS does not have.
        "disable-strict-zone-check" [always] => pub disable_strict_zone_check: Option<bool>,
    }
}

model! {
    /// AWS: the endpoint of a service. RKE's `ServiceOverride`.
    pub struct AwsServiceOverride {
        /// The service, as `ec2`.
        "service" [always] => pub service: Option<String>,
        /// Its region.
        "region" [always] => pub region: Option<String>,
        /// Its URL.
        "url" [always] => pub url: Option<String>,
        /// The region for signatures.
        "signing-region" [always] => pub signing_region: Option<String>,
        /// The method of signatures.
        "signing-method" [always] => pub signing_method: Option<String>,
        /// The service's name in signatures.
        "signing-name" [always] => pub signing_name: Option<String>,
    }
}

model! {
    /// Azure.
    pub struct AzureCloudProvider {
        /// The cloud, as `AzurePublicCloud`.
        "cloud" [always] => pub cloud: Option<String>,
        /// The tenant's id.
        "tenantId" [always] => pub tenant_id: Option<String>,
        /// The subscription's id.
        "subscriptionId" [always] => pub subscription_id: Option<String>,
        /// The resource group of the cluster.
        "resourceGroup" [always] => pub resource_group: Option<String>,
        /// The resource group's location.
        "location" [always] => pub location: Option<String>,
        /// The network of the cluster.
        "vnetName" [always] => pub vnet_name: Option<String>,
        /// The network's resource group.
        "vnetResourceGroup" [always] => pub vnet_resource_group: Option<String>,
        /// The subnet of the cluster.
        "subnetName" [always] => pub subnet_name: Option<String>,
        /// The security group of the subnet.
        "securityGroupName" [always] => pub security_group_name: Option<String>,
        /// The security group's resource group.
        "securityGroupResourceGroup" => pub security_group_resource_group: Option<String>,
        /// The route table of the subnet.
        "routeTableName" [always] => pub route_table_name: Option<String>,
        /// The availability set behind load balancers; a must where there are several.
        "primaryAvailabilitySetName" [always] => pub primary_availability_set_name: Option<String>,
        /// `standard` (where absent) or `vmss`.
        "vmType" [always] => pub vm_type: Option<String>,
        /// The scale set behind load balancers; a must where there are several.
        "primaryScaleSetName" [always] => pub primary_scale_set_name: Option<String>,
        /// The application's id.
        "aadClientId" [always] => pub aad_client_id: Option<String>,
        /// The application's secret.
        "aadClientSecret" [always] => pub aad_client_secret: Option<Secret<String>>,
        /// Path of the application's certificate.
        "aadClientCertPath" [always] => pub aad_client_cert_path: Option<String>,
        /// The certificate's password.
        "aadClientCertPassword" [always] => pub aad_client_cert_password: Option<Secret<String>>,
        /// Wait longer after each failed request.
        "cloudProviderBackoff" [always] => pub cloud_provider_backoff: Option<bool>,
        /// How often it is tried again.
        "cloudProviderBackoffRetries" [always] => pub cloud_provider_backoff_retries: Option<i64>,
        /// By what the wait grows.
        "cloudProviderBackoffExponent" [always] => pub cloud_provider_backoff_exponent: Option<i64>,
        /// Seconds of the first wait.
        "cloudProviderBackoffDuration" [always] => pub cloud_provider_backoff_duration: Option<i64>,
        /// By what the wait is varied.
        "cloudProviderBackoffJitter" [always] => pub cloud_provider_backoff_jitter: Option<i64>,
        /// Limit the rate of requests.
        "cloudProviderRateLimit" [always] => pub cloud_provider_rate_limit: Option<bool>,
        /// Requests a second.
        "cloudProviderRateLimitQPS" [always] => pub cloud_provider_rate_limit_qps: Option<i64>,
        /// Requests at once.
        "cloudProviderRateLimitBucket" [always] => pub cloud_provider_rate_limit_bucket: Option<i64>,
        /// Ask the instance's metadata service.
        "useInstanceMetadata" [always] => pub use_instance_metadata: Option<bool>,
        /// Log in as the machine's managed identity.
        "useManagedIdentityExtension" [always] => pub use_managed_identity_extension: Option<bool>,
        /// Log in as this managed identity.
        "userAssignedIdentityID" => pub user_assigned_identity_id: Option<String>,
        /// How many rules a load balancer may have; 0 is 148.
        "maximumLoadBalancerRuleCount" [always] => pub maximum_load_balancer_rule_count: Option<i64>,
        /// `basic` (where absent) or `standard`.
        "loadBalancerSku" => pub load_balancer_sku: Option<String>,
        /// Keep control plane nodes out of standard load balancers; so where absent.
        "excludeMasterFromStandardLB" [pointer] => pub exclude_master_from_standard_lb: Option<bool>,
        /// Tags of what is made, as `a=b,c=d`.
        "tags" => pub tags: Option<String>,
    }
}

model! {
    /// OpenStack.
    pub struct OpenstackCloudProvider {
        /// Settings for the whole.
        "global" => pub global: OpenstackGlobal,
        /// Load balancers.
        "load_balancer" => pub load_balancer: OpenstackLoadBalancer,
        /// Volumes.
        "block_storage" => pub block_storage: OpenstackBlockStorage,
        /// Routes.
        "route" => pub route: OpenstackRoute,
        /// The instance's metadata.
        "metadata" => pub metadata: OpenstackMetadata,
    }
}

model! {
    /// OpenStack: settings for the whole. RKE's `GlobalOpenstackOpts`.
    pub struct OpenstackGlobal {
        /// URL of Keystone.
        "auth-url" [always] => pub auth_url: Option<String>,
        /// The user's name.
        "username" [always] => pub username: Option<String>,
        /// The user's id.
        "user-id" [always] => pub user_id: Option<String>,
        /// The user's password.
        "password" [always] => pub password: Option<Secret<String>>,
        /// The project's id.
        "tenant-id" [always] => pub tenant_id: Option<String>,
        /// The project's name.
        "tenant-name" [always] => pub tenant_name: Option<String>,
        /// The trust's id.
        "trust-id" [always] => pub trust_id: Option<String>,
        /// The domain's id.
        "domain-id" [always] => pub domain_id: Option<String>,
        /// The domain's name.
        "domain-name" [always] => pub domain_name: Option<String>,
        /// The region.
        "region" [always] => pub region: Option<String>,
        /// Path of Keystone's CA.
        "ca-file" [always] => pub ca_file: Option<String>,
    }
}

model! {
    /// OpenStack: load balancers. RKE's `LoadBalancerOpenstackOpts`.
    pub struct OpenstackLoadBalancer {
        /// The version, `v2`.
        "lb-version" [always] => pub lb_version: Option<String>,
        /// Use Octavia.
        "use-octavia" [always] => pub use_octavia: Option<bool>,
        /// The subnet of load balancers.
        "subnet-id" [always] => pub subnet_id: Option<String>,
        /// The network for floating addresses; none are made where absent.
        "floating-network-id" [always] => pub floating_network_id: Option<String>,
        /// How load is shared; `ROUND_ROBIN` where absent.
        "lb-method" [always] => pub lb_method: Option<String>,
        /// The provider of load balancers.
        "lb-provider" [always] => pub lb_provider: Option<String>,
        /// Whether backends are watched.
        "create-monitor" [always] => pub create_monitor: Option<bool>,
        /// Time between two looks.
        "monitor-delay" [always] => pub monitor_delay: Option<String>,
        /// How long a look may take.
        "monitor-timeout" [always] => pub monitor_timeout: Option<String>,
        /// How many looks must fail.
        "monitor-max-retries" [always] => pub monitor_max_retries: Option<i64>,
        /// Whether security groups are made.
        "manage-security-groups" [always] => pub manage_security_groups: Option<bool>,
    }
}

model! {
    /// OpenStack: volumes. RKE's `BlockStorageOpenstackOpts`.
    pub struct OpenstackBlockStorage {
        /// The version, `v1`, `v2` or `auto`.
        "bs-version" [always] => pub bs_version: Option<String>,
        /// Trust the device names that Cinder gives.
        "trust-device-path" [always] => pub trust_device_path: Option<bool>,
        /// Attach volumes of other zones too.
        "ignore-volume-az" [always] => pub ignore_volume_az: Option<bool>,
    }
}

model! {
    /// OpenStack: routes. RKE's `RouteOpenstackOpts`.
    pub struct OpenstackRoute {
        /// The router's id.
        "router-id" [always] => pub router_id: Option<String>,
    }
}

model! {
    /// OpenStack: the instance's metadata. RKE's `MetadataOpenstackOpts`.
    pub struct OpenstackMetadata {
        /// Where it is looked for first, as `configDrive,metadataService`.
        "search-order" [always] => pub search_order: Option<String>,
        /// Seconds a request may take.
        "request-timeout" [always] => pub request_timeout: Option<i64>,
    }
}

model! {
    /// vSphere.
    pub struct VsphereCloudProvider {
        /// Settings for the whole.
        "global" => pub global: VsphereGlobal,
        /// The vCenters, by address.
        "virtual_center" => pub virtual_center: BTreeMap<String, VirtualCenter>,
        /// The network.
        "network" => pub network: VsphereNetwork,
        /// Disks.
        "disk" => pub disk: VsphereDisk,
        /// Where things are made.
        "workspace" => pub workspace: VsphereWorkspace,
    }
}

model! {
    /// vSphere: settings for the whole. RKE's `GlobalVsphereOpts`.
    pub struct VsphereGlobal {
        /// The user's name.
        "user" => pub user: Option<String>,
        /// The user's password.
        "password" => pub password: Option<Secret<String>>,
        /// The vCenter's address.
        "server" => pub server: Option<String>,
        /// The vCenter's port.
        "port" => pub port: Option<String>,
        /// Don't check the vCenter's certificate.
        "insecure-flag" => pub insecure_flag: Option<bool>,
        /// The data centre.
        "datacenter" => pub datacenter: Option<String>,
        /// The data centres, with commas.
        "datacenters" => pub datacenters: Option<String>,
        /// The datastore for volumes.
        "datastore" => pub datastore: Option<String>,
        /// The folder of the machines.
        "working-dir" => pub working_dir: Option<String>,
        /// How often a request is tried.
        "soap-roundtrip-count" => pub soap_roundtrip_count: Option<i64>,
        /// The machine's UUID.
        "vm-uuid" => pub vm_uuid: Option<String>,
        /// The machine's name.
        "vm-name" => pub vm_name: Option<String>,
    }
}

model! {
    /// vSphere: a vCenter. RKE's `VirtualCenterConfig`.
    pub struct VirtualCenter {
        /// The user's name.
        "user" => pub user: Option<String>,
        /// The user's password.
        "password" => pub password: Option<Secret<String>>,
        /// The vCenter's port.
        "port" => pub port: Option<String>,
        /// The data centres, with commas.
        "datacenters" => pub datacenters: Option<String>,
        /// How often a request is tried.
        "soap-roundtrip-count" => pub soap_roundtrip_count: Option<i64>,
    }
}

model! {
    /// vSphere: the network. RKE's `NetworkVshpereOpts`.
    pub struct VsphereNetwork {
        /// The network that the machines are reached on.
        "public-network" => pub public_network: Option<String>,
    }
}

model! {
    /// vSphere: disks. RKE's `DiskVsphereOpts`.
    pub struct VsphereDisk {
        /// The controller of disks, as `pvscsi`.
        "scsicontrollertype" => pub scsicontrollertype: Option<String>,
    }
}

model! {
    /// vSphere: where things are made. RKE's `WorkspaceVsphereOpts`.
    pub struct VsphereWorkspace {
        /// The vCenter's address.
        "server" => pub server: Option<String>,
        /// The data centre.
        "datacenter" => pub datacenter: Option<String>,
        /// The folder of the machines.
        "folder" => pub folder: Option<String>,
        /// The datastore for volumes.
        "default-datastore" => pub default_datastore: Option<String>,
        /// The resource pool.
        "resourcepool-path" => pub resourcepool_path: Option<String>,
    }
}
