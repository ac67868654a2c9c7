/** What the demo company sells: number, name, family, unit, price in EUR, price from ten on. */
export type ProductLine = readonly [code: string, name: string, family: string, unit: string, price: string, fromTen: string | null];

export const productLines: readonly ProductLine[] = [
  ['HS-100', 'HavelSense 100 Temperatursensor', 'Sensorik', 'piece', '189.00', '169.00'],
  ['HS-200', 'HavelSense 200 Drucksensor', 'Sensorik', 'piece', '245.00', '219.00'],
  ['HS-300', 'HavelSense 300 Schwingungssensor', 'Sensorik', 'piece', '398.00', '359.00'],
  ['HG-10', 'HavelGate 10 Datensammler', 'Gateways', 'piece', '1290.00', '1190.00'],
  ['HG-50', 'HavelGate 50 Industrie-Gateway', 'Gateways', 'piece', '3450.00', '3190.00'],
  ['HV-1', 'HavelVision Prüfstation', 'Bildprüfung', 'piece', '18900.00', null],
  ['HV-2', 'HavelVision Linie', 'Bildprüfung', 'piece', '46500.00', null],
  ['HC-BASE', 'HavelCloud Basis', 'Software', 'month', '290.00', null],
  ['HC-PRO', 'HavelCloud Pro', 'Software', 'month', '790.00', null],
  ['SV-WART', 'Wartungsvertrag', 'Service', 'month', '420.00', null],
  ['SV-INST', 'Inbetriebnahme', 'Service', 'hour', '145.00', null],
  ['SV-SCHUL', 'Anwenderschulung', 'Service', 'day', '1680.00', null],
];
