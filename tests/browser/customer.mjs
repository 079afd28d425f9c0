// Who buys.

export const CUSTOMER = {
  email: "jo@example.com",
  firstName: "Jo",
  lastName: "Müller",
  address: "Teestraße 7",
  city: "Berlin",
  postcode: "10115",
  phone: "030123456",
};
