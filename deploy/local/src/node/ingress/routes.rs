//! Which pod answers for a host and a path: read from what the watches know at the moment a
//! request comes, so there is nothing to be written, reloaded or late.

use std::net::{IpAddr, SocketAddr};

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::{HTTPIngressPath, Ingress, IngressServiceBackend};
use kube::ResourceExt;
use kube::runtime::reflector::Store;

use crate::furnish::CLASS;

/// Why a request has nowhere to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// No Ingress has this host.
    UnknownHost,
    /// It has the host, but not the path.
    UnknownPath,
    /// Nothing behind it is ready.
    NotReady,
}

/// What the watches know.
pub struct Tables {
    /// All Ingresses.
    pub ingresses: Store<Ingress>,
    /// All Services.
    pub services: Store<Service>,
    /// All EndpointSlices.
    pub slices: Store<EndpointSlice>,
}

impl Tables {
    /// The pods that may answer, at least one.
    pub fn route(&self, host: &str, path: &str) -> Result<Vec<SocketAddr>, Miss> {
        let ingresses = self.ingresses.state();
        let ours = ingresses.iter().filter(|ingress| is_ours(ingress)).map(AsRef::as_ref);
        let (namespace, backend) = backend(ours, host, path)?;
        let services = self.services.state();
        let service = services
            .iter()
            .find(|service| service.namespace().as_deref() == Some(namespace) && service.name_any() == backend.name)
            .ok_or(Miss::NotReady)?;
        let port = port_name(service, backend).ok_or(Miss::NotReady)?;
        let slices = self.slices.state();
        let pods: Vec<SocketAddr> = slices
            .iter()
            .filter(|slice| is_of(slice, namespace, &backend.name))
            .flat_map(|slice| ready(slice, port))
            .collect();
        if pods.is_empty() { Err(Miss::NotReady) } else { Ok(pods) }
    }
}

fn is_ours(ingress: &Ingress) -> bool {
    ingress.spec.as_ref().is_some_and(|spec| spec.ingress_class_name.as_deref() == Some(CLASS))
}

/// The namespace and the Service behind the longest path that fits.
fn backend<'a>(
    ingresses: impl Iterator<Item = &'a Ingress>,
    host: &str,
    path: &str,
) -> Result<(&'a str, &'a IngressServiceBackend), Miss> {
    let mut known = false;
    let mut best: Option<(usize, (&str, &IngressServiceBackend))> = None;
    for ingress in ingresses {
        let rules = ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten());
        for rule in rules.filter(|rule| rule.host.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(host))) {
            known = true;
            for offer in rule.http.iter().flat_map(|http| &http.paths) {
                let (Some(length), Some(service)) = (fits(offer, path), offer.backend.service.as_ref()) else {
                    continue;
                };
                if best.is_none_or(|(longest, _)| length > longest) {
                    best = Some((length, (ingress.metadata.namespace.as_deref().unwrap_or_default(), service)));
                }
            }
        }
    }
    best.map(|(_, found)| found).ok_or(if known { Miss::UnknownPath } else { Miss::UnknownHost })
}

/// The length of the path that an Ingress names, if the request's path falls under it.
fn fits(offer: &HTTPIngressPath, path: &str) -> Option<usize> {
    let wanted = offer.path.as_deref().unwrap_or("/");
    let prefix = wanted.trim_end_matches('/');
    let under = path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let fits = if offer.path_type == "Exact" { path == wanted } else { under };
    fits.then_some(wanted.len())
}

/// EndpointSlices name ports as the Service does; a Service's only port may have no name.
fn port_name<'a>(service: &'a Service, backend: &IngressServiceBackend) -> Option<Option<&'a str>> {
    let wanted = backend.port.as_ref()?;
    let mut ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let named = |name: Option<&str>| name.is_some() && name == wanted.name.as_deref();
    let port = ports.find(|port| named(port.name.as_deref()) || Some(port.port) == wanted.number)?;
    Some(port.name.as_deref())
}

fn is_of(slice: &EndpointSlice, namespace: &str, service: &str) -> bool {
    slice.namespace().as_deref() == Some(namespace)
        && slice.labels().get("kubernetes.io/service-name").is_some_and(|name| name == service)
}

fn ready(slice: &EndpointSlice, port: Option<&str>) -> Vec<SocketAddr> {
    let ports = slice.ports.iter().flatten();
    let number = ports
        .filter(|known| known.name.as_deref().filter(|name| !name.is_empty()) == port)
        .find_map(|known| known.port);
    let Some(number) = number.and_then(|number| u16::try_from(number).ok()) else {
        return Vec::new();
    };
    let is_ready = |ready: Option<bool>| ready.unwrap_or(true);
    slice
        .endpoints
        .iter()
        .filter(|endpoint| is_ready(endpoint.conditions.as_ref().and_then(|conditions| conditions.ready)))
        .flat_map(|endpoint| &endpoint.addresses)
        .filter_map(|address| Some(SocketAddr::new(address.parse::<IpAddr>().ok()?, number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use anyhow::Result;
    use kube::runtime::reflector::store;
    use kube::runtime::watcher::Event;
    use serde_json::{Value, json};

    use super::*;

    fn table<K>(objects: Vec<Value>) -> Result<Store<K>>
    where
        K: kube::Resource<DynamicType = ()> + Clone + serde::de::DeserializeOwned + 'static,
    {
        let (store, mut writer) = store::<K>();
        writer.apply_watcher_event(&Event::Init);
        for object in objects {
            writer.apply_watcher_event(&Event::InitApply(serde_json::from_value(object)?));
        }
        writer.apply_watcher_event(&Event::InitDone);
        Ok(store)
    }

    /// One shop, whose pod is ready or not.
    fn tables(ready: bool) -> Result<Tables> {
        let meta = |name: &str| json!({"name": name, "namespace": "store-a"});
        let path = |path: &str, service: &str| {
            let backend = json!({"service": {"name": service, "port": {"name": "http"}}});
            json!({"path": path, "pathType": "Prefix", "backend": backend})
        };
        let paths = [path("/", "shop"), path("/admin", "elsewhere")];
        let rule = json!({"host": "tea.stores.localhost", "http": {"paths": paths}});
        let service = json!({"ports": [{"name": "http", "port": 80, "targetPort": "http"}]});
        let mut slice = json!({
            "metadata": meta("shop-x"),
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 9000}],
            "endpoints": [{"addresses": ["10.244.0.7"], "conditions": {"ready": ready}}],
        });
        slice["metadata"]["labels"] = json!({"kubernetes.io/service-name": "shop"});
        Ok(Tables {
            ingresses: table(vec![
                json!({"metadata": meta("shop"), "spec": {"ingressClassName": CLASS, "rules": [rule]}}),
            ])?,
            services: table(vec![json!({"metadata": meta("shop"), "spec": service})])?,
            slices: table(vec![slice])?,
        })
    }

    #[test]
    fn a_host_leads_to_the_pods_port() -> Result<()> {
        let found = tables(true)?.route("Tea.Stores.localhost", "/cart");
        assert_eq!(found, Ok(vec![([10, 244, 0, 7], 9000).into()]));
        Ok(())
    }

    #[test]
    fn what_is_missing_is_told_apart() -> Result<()> {
        let route = |ready, host: &str, path: &str| tables(ready).map(|tables| tables.route(host, path));
        assert_eq!(route(true, "other.stores.localhost", "/")?, Err(Miss::UnknownHost));
        assert_eq!(route(false, "tea.stores.localhost", "/")?, Err(Miss::NotReady));
        // The longest path wins, and its Service is not there.
        assert_eq!(route(true, "tea.stores.localhost", "/admin/x")?, Err(Miss::NotReady));
        assert!(route(true, "tea.stores.localhost", "/administrator")?.is_ok());
        Ok(())
    }
}
